import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refused } from './refused.ts';

const BODY_BYTES_MAX = 64 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

/** The request's JSON object. No body at all counts as `{}`, because a void or a full capture has nothing to say. */
export async function readJsonObject(request: IncomingMessage): Promise<JsonObject> {
  const text = (await readBody(request)).toString('utf8');
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused(400, 'malformed_json', 'The body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refused(400, 'malformed_json', 'The body must be a JSON object.');
  }
  return value as JsonObject;
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) {
        chunks.push(chunk);
        return;
      }
      // The rest is not kept; it still flows until the answer, which closes the connection, is out.
      chunks.length = 0;
      reject(new Refused(413, 'body_too_large', `A body may not exceed ${BODY_BYTES_MAX} bytes.`));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Refused(400, 'body_incomplete', 'The body ended too early.')));
  });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  // The caller may have gone while its charge was being booked; the books know it, and the caller can ask again.
  if (response.destroyed || response.headersSent) return;
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': text.length,
    ...(status === 413 && { connection: 'close' }),
  });
  response.end(text);
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (error instanceof Refused) {
    sendJson(response, error.status, { error: { code: error.code, message: error.message } });
    return;
  }
  process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  sendJson(response, 500, { error: { code: 'internal_error', message: 'The sandbox failed. It may have booked it.' } });
}
