import { createHmac, createSecretKey, randomUUID, timingSafeEqual, type KeyObject } from 'node:crypto';
import { deriveSecret } from '../auth/index.ts';
import { seconds } from '../values/index.ts';
import { SeenOnce } from './seen-once.ts';

/** A token is made for one request that is sent at once. */
const LIFETIME_MS = seconds(10);
/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_MS = seconds(5);
const VERSION = 'v1';
/** The most that a number is read from. */
const MARK_BYTES = 6;
const MARK_CHARACTERS = 8;
/** Version, caller, time, nonce, MAC. */
const PARTS = 5;

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
 * The secret that an installation shares with the service that takes a module's place. Whoever has it can call as that
 * module and be called as it, and is nobody else.
 */
export function serviceKeyOf(secret: string, module: string): string {
  return deriveSecret(secret, `service ${module}`);
}

/** A token for one call, under a key that the callee knows too. */
export function signCall(key: string | KeyObject, claims: CallClaims, body: string, nowMs = Date.now()): string {
  const nonce = randomUUID();
  const mac = macOf(key, claims, nowMs, nonce).update(body).digest('base64url');
  return `${VERSION}.${claims.caller}.${nowMs}.${nonce}.${mac}`;
}

/**
 * Short-lived tokens for calls between the processes of one installation: an HMAC over caller, callee, operation, time,
 * a nonce and the body, with a secret derived from BANYAN_SECRET. Each is taken once. Services in other languages get no
 * part of that secret: calls to them and from them are signed with the key of their module.
 */
export class CallTokens {
  readonly #secret: string;
  readonly #key: KeyObject;
  readonly #foreign: ReadonlySet<string>;
  readonly #seen = new SeenOnce(LIFETIME_MS + 2 * CLOCK_SKEW_MS);

  /** `foreign`: modules whose place a service in another language takes. */
  constructor(secret: string, { foreign = new Set() }: { foreign?: ReadonlySet<string> } = {}) {
    this.#secret = secret;
    // Made once: to make a key of a text costs as much as to sign with it.
    this.#key = createSecretKey(deriveSecret(secret, 'calls between processes'), 'utf8');
    this.#foreign = foreign;
  }

  sign(claims: CallClaims, body: string, nowMs = Date.now()): string {
    const key = this.#foreign.has(claims.callee) ? serviceKeyOf(this.#secret, claims.callee) : this.#key;
    return signCall(key, claims, body, nowMs);
  }

  /** Who calls. Throws TokenRefused. */
  verify(
    token: string | undefined,
    call: Omit<CallClaims, 'caller'>,
    body: string | Buffer,
    nowMs = Date.now(),
  ): string {
    const parts = token?.split('.') ?? [];
    const [version, caller, issued, nonce, mac] = parts;
    if (
      version !== VERSION ||
      caller === undefined ||
      nonce === undefined ||
      mac === undefined ||
      parts.length > PARTS
    ) {
      throw new TokenRefused(token === undefined ? 'missing' : 'forged');
    }
    const issuedMs = Number(issued);
    const claims = { caller, callee: call.callee, operation: call.operation };
    const isBy = (key: string | KeyObject): boolean =>
      isSame(mac, macOf(key, claims, issuedMs, nonce).update(body).digest('base64url'));
    if (!isBy(this.#key) && !this.#serviceKeys(claims).some(isBy)) throw new TokenRefused('forged');
    if (nowMs > issuedMs + LIFETIME_MS + CLOCK_SKEW_MS || nowMs < issuedMs - CLOCK_SKEW_MS) {
      throw new TokenRefused('expired');
    }
    if (!this.#seen.add(markOf(mac))) throw new TokenRefused('replayed');
    return caller;
  }

  /** The callee's, with which it is tried out, and that of a caller in another language. */
  #serviceKeys({ caller, callee }: CallClaims): string[] {
    const modules = this.#foreign.has(caller) ? [callee, caller] : [callee];
    return modules.map((module) => serviceKeyOf(this.#secret, module));
  }
}

/** 48 bits of what nobody can choose. Of two tokens with the same mark the second is refused, and sent again as another. */
function markOf(mac: string): number {
  return Buffer.from(mac.slice(0, MARK_CHARACTERS), 'base64url').readUIntBE(0, MARK_BYTES);
}

function isSame(given: string, right: string): boolean {
  return given.length === right.length && timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(right, 'latin1'));
}

/** An HMAC that has taken the claims; what it takes next is the body. */
function macOf(
  key: string | KeyObject,
  { caller, callee, operation }: CallClaims,
  issuedMs: number,
  nonce: string,
): ReturnType<typeof createHmac> {
  // None of the parts has a line break, so that no other call comes to the same text.
  return createHmac('sha256', key).update(`${VERSION}\n${caller}\n${callee}\n${operation}\n${issuedMs}\n${nonce}\n`);
}
