import { createServer } from 'node:http';
import { GracefulServer } from '../../../src/shared/http/index.ts';
import { CallTokens, signCall } from '../../../src/shared/remote/index.ts';
import { TEST_SECRET } from '../../../src/shared/testing/index.ts';

const STOP_LIMIT_MS = 2_000;
const PATH = /^\/(?:calls\/((\w+)\.\w+)|events\/(\w+)\/([\w.]+))$/;

export interface Message {
  readonly status: number;
  readonly text: string;
}

/** What is wrong with the service behind the proxy. */
export interface Faults {
  /** Whose tokens it takes; default: as the service. */
  readonly takes?: 'everybody’s' | 'used ones';
  /** What it makes of a body, before it looks at it. */
  readonly reads?: (body: Record<string, unknown>, path: string) => Record<string, unknown>;
  /** What it answers instead. */
  readonly answers?: (answer: Message, path: string, body: string) => Message;
}

/** A right service with faults in front of it. What it changes it signs anew, where the token was right. */
export class BendingProxy {
  readonly url: string;
  readonly #server: GracefulServer;

  private constructor(server: GracefulServer, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(to: string, key: string, { takes, reads, answers }: Faults): Promise<BendingProxy> {
    const server = createServer((asked, answered) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of asked as AsyncIterable<Buffer>) chunks.push(chunk);
        const given = Buffer.concat(chunks).toString();
        const path = asked.url ?? '';
        const { authorization = '', 'content-type': type = 'text/plain' } = asked.headers;
        const body =
          reads === undefined || given === '' ? given : JSON.stringify(reads(JSON.parse(given) as never, path));
        const claims = claimsOf(path, authorization);
        const isRight = takes === 'everybody’s' || isGenuine(path, authorization, given);
        const isBent = takes !== undefined || body !== given;
        const token = isBent && isRight ? `Bearer ${signCall(key, claims, body)}` : authorization;
        const init = asked.method === 'POST' ? { method: 'POST', body } : {};
        const response = await fetch(`${to}${path}`, {
          ...init,
          headers: { authorization: token, 'content-type': type },
        });
        const answer = { status: response.status, text: await response.text() };
        const { status, text } = answers?.(answer, path, given) ?? answer;
        answered.writeHead(status).end(text);
      })();
    });
    const graceful = new GracefulServer(server);
    return new BendingProxy(graceful, `http://127.0.0.1:${await graceful.listen(0, '127.0.0.1')}`);
  }

  async close(): Promise<void> {
    await this.#server.close(STOP_LIMIT_MS);
  }
}

function claimsOf(path: string, authorization: string): { caller: string; callee: string; operation: string } {
  const [, call, module, hearer, type] = PATH.exec(path) ?? [];
  const caller = authorization.split('.')[1] ?? 'http';
  return { caller, callee: module ?? hearer ?? '', operation: call ?? type ?? '' };
}

/** Each time as if it were the first. */
function isGenuine(path: string, authorization: string, body: string): boolean {
  try {
    new CallTokens(TEST_SECRET).verify(authorization.replace('Bearer ', ''), claimsOf(path, authorization), body);
    return true;
  } catch {
    // Whatever is wrong with it, the service behind will say so.
    return false;
  }
}
