import { setTimeout as sleep } from 'node:timers/promises';
import { replayLimits } from './replay-limits.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text where it is none. */
  body: unknown;
}

/** Nothing answers any more: there is no use in sending the rest. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
}

interface Options {
  url: string;
  key: string;
  signal: AbortSignal;
  firstRetryDelayMs?: number;
}

/**
 * Speaks to the public HTTP API. Whatever may pass (no connection, 429, 502, 503, 504) is repeated within bounds, which
 * is safe because every POST carries an Idempotency-Key: the request that seemed lost may have been done.
 */
export class ApiClient {
  private readonly options: Options;

  constructor(options: Options) {
    this.options = options;
  }

  get(path: string): Promise<Answer> {
    return this.send(path, { method: 'GET', headers: this.authorization() });
  }

  post(path: string, body: unknown, idempotencyKey: string): Promise<Answer> {
    return this.postText(path, JSON.stringify(body), 'application/json', idempotencyKey);
  }

  postText(path: string, body: string, contentType: string, idempotencyKey: string): Promise<Answer> {
    const headers = { ...this.authorization(), 'content-type': contentType, 'idempotency-key': idempotencyKey };
    return this.send(path, { method: 'POST', headers, body });
  }

  /** A Location as a path of this server; null where it leads elsewhere, so that the key is never sent there. */
  pathOf(location: string | null): string | null {
    if (location === null || !URL.canParse(location, this.options.url)) return null;
    const target = new URL(location, this.options.url);
    return target.origin === new URL(this.options.url).origin ? target.pathname + target.search : null;
  }

  private async send(path: string, request: RequestInit): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= replayLimits.requestAttempts;
      const answer = await this.sendOnce(path, request).catch((error: unknown) => {
        this.options.signal.throwIfAborted();
        if (isLast) throw new ServerUnreachable(`${request.method} ${path}: ${reasonOf(error)}`, { cause: error });
        return null;
      });
      if (answer && (isLast || ![429, 502, 503, 504].includes(answer.status))) return answer;
      await sleep(this.delayMs(attempt, answer), undefined, { signal: this.options.signal });
    }
  }

  private async sendOnce(path: string, request: RequestInit): Promise<Answer> {
    const timeout = AbortSignal.timeout(replayLimits.requestTimeoutMs);
    const response = await fetch(new URL(path, this.options.url), {
      ...request,
      redirect: 'manual',
      signal: AbortSignal.any([this.options.signal, timeout]),
    });
    return { status: response.status, headers: response.headers, body: parseBody(await response.text()) };
  }

  private delayMs(attempt: number, answer: Answer | null): number {
    const asked = retryAfterMs(answer?.headers.get('retry-after') ?? null);
    if (asked !== null) return Math.min(asked, replayLimits.longestRetryAfterMs);
    const first = this.options.firstRetryDelayMs ?? replayLimits.firstRetryDelayMs;
    const doubled = Math.min(first * 2 ** (attempt - 1), replayLimits.longestRetryDelayMs);
    // Half of the delay is chance: the workers that were refused together should not come back together.
    return doubled * (0.5 + Math.random() / 2);
  }

  private authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.options.key}`, accept: 'application/json' };
  }
}

function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
