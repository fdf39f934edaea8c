import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { minutes } from '../../../shared/values/index.ts';
import type { Charge } from '../domain/charge.ts';
import { SandboxCharge, toCharge } from './sandbox-charge.ts';

/** A message that is older, or dated later, may be a recorded one that somebody plays back. */
const MAX_AGE_MS = minutes(5);
const MAX_SIGNATURES = 10;

export interface SignedMessage {
  readonly webhookId: string;
  /** Seconds since 1970, as text. */
  readonly timestamp: string;
  /** One or several `v1,<base64>`, separated by spaces: more than one while a secret is being replaced. */
  readonly signature: string;
  readonly rawBody: string;
}

const ChargeMessage = z.object({ type: z.string(), data: z.object({ charge: SandboxCharge.transform(toCharge) }) });

/** Whether the message comes from the holder of the secret, now. Source: https://www.standardwebhooks.com */
export function isAuthentic(message: SignedMessage, secret: string, nowMs: number): boolean {
  const { webhookId, timestamp, signature, rawBody } = message;
  if (webhookId === '' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > MAX_AGE_MS) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  const expected = createHmac('sha256', key).update(`${webhookId}.${timestamp}.${rawBody}`).digest();
  return signature
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .some((each) => each.startsWith('v1,') && equals(Buffer.from(each.slice('v1,'.length), 'base64'), expected));
}

/** The charge that a message tells of, or undefined when it is about something else. */
export function chargeIn(rawBody: string): Charge | undefined {
  const message = ChargeMessage.safeParse(parseJson(rawBody));
  return message.success && message.data.type.startsWith('charge.') ? message.data.data.charge : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Signed and yet no JSON: it is kept like every message, and tells of no charge.
    return undefined;
  }
}

/** Takes as long for a wrong signature as for a right one, so that it cannot be guessed byte by byte. */
function equals(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
