import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { deriveSecret } from '../auth/index.ts';
import { seconds } from '../values/index.ts';
import { SeenOnce } from './seen-once.ts';

/** A token is made for one request that is sent at once. */
const LIFETIME_MS = seconds(10);
/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_MS = seconds(5);
const VERSION = 'v1';

/** What a token says of a call: who calls whom for what. The body is bound to it as well. */
export interface CallClaims {
  /** The module that calls, or an edge of its process. */
  readonly caller: string;
  /** The module that is called. */
  readonly callee: string;
  /** `<module>.<operation>`. */
  readonly operation: string;
}

/** Why a token was not taken, for the log alone: whoever sent it hears that it was not. */
export type Refusal = 'missing' | 'forged' | 'expired' | 'replayed';

export class TokenRefused extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(`the token of a call is ${reason}`);
    this.name = 'TokenRefused';
    this.reason = reason;
  }
}

/**
 * Short-lived tokens for calls between the processes of one installation: an HMAC over caller, callee, operation, time,
 * a nonce and the body, with a secret derived from BANYAN_SECRET. Each is taken once.
 */
export class CallTokens {
  readonly #secret: string;
  readonly #seen = new SeenOnce(LIFETIME_MS + 2 * CLOCK_SKEW_MS);

  constructor(secret: string) {
    this.#secret = deriveSecret(secret, 'calls between processes');
  }

  sign(claims: CallClaims, body: string | Buffer, nowMs = Date.now()): string {
    const nonce = randomUUID();
    return [VERSION, claims.caller, nowMs, nonce, this.#mac(claims, nowMs, nonce, body).toString('base64url')].join(
      '.',
    );
  }

  /** Who calls. Throws TokenRefused. */
  verify(
    token: string | undefined,
    call: Omit<CallClaims, 'caller'>,
    body: string | Buffer,
    nowMs = Date.now(),
  ): string {
    const [version, caller, issued, nonce, mac, ...rest] = token?.split('.') ?? [];
    if (version !== VERSION || caller === undefined || nonce === undefined || mac === undefined || rest.length > 0) {
      throw new TokenRefused(token === undefined ? 'missing' : 'forged');
    }
    const issuedMs = Number(issued);
    const given = Buffer.from(mac, 'base64url');
    const right = this.#mac({ ...call, caller }, issuedMs, nonce, body);
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw new TokenRefused('forged');
    if (nowMs > issuedMs + LIFETIME_MS + CLOCK_SKEW_MS || nowMs < issuedMs - CLOCK_SKEW_MS) {
      throw new TokenRefused('expired');
    }
    if (!this.#seen.add(nonce)) throw new TokenRefused('replayed');
    return caller;
  }

  #mac({ caller, callee, operation }: CallClaims, issuedMs: number, nonce: string, body: string | Buffer): Buffer {
    // None of the parts has a line break, so that no other call comes to the same text.
    const claims = `${VERSION}\n${caller}\n${callee}\n${operation}\n${issuedMs}\n${nonce}\n`;
    return createHmac('sha256', this.#secret).update(claims).update(body).digest();
  }
}
