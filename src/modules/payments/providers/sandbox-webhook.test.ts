import { describe, expect, it } from '@jest/globals';
import { webhookSignature } from '../../../sandbox/webhook-signature.ts';
import { chargeIn, isAuthentic } from './sandbox-webhook.ts';

const SECRET = 'a secret of the tests';
const NOW_MS = 1_700_000_000_000;

function message(changes: { atMs?: number; secret?: string; rawBody?: string } = {}) {
  const { atMs = NOW_MS, secret = SECRET, rawBody = '{"type":"other"}' } = changes;
  const seconds = Math.floor(atMs / 1_000);
  return {
    webhookId: 'evt_1',
    timestamp: String(seconds),
    signature: webhookSignature(secret, 'evt_1', seconds, rawBody),
    rawBody,
  };
}

describe("a provider's message", () => {
  it('is believed when it is signed with the secret, now', () => {
    expect(isAuthentic(message(), SECRET, NOW_MS)).toBe(true);
    const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(isAuthentic(message({ secret: whsec }), whsec, NOW_MS)).toBe(true);
  });

  it('is believed when one of several signatures is right, as while a secret is being replaced', () => {
    const { signature } = message();
    const old = message({ secret: 'old' }).signature;
    expect(isAuthentic({ ...message(), signature: `v2,xyz ${old} ${signature}` }, SECRET, NOW_MS)).toBe(true);
  });

  it('is turned away when its text, id, time or signature was changed', () => {
    const good = message();
    const changed = [
      { ...good, rawBody: `${good.rawBody} ` },
      { ...good, webhookId: 'evt_2' },
      { ...good, webhookId: '' },
      { ...good, timestamp: String(Number(good.timestamp) + 1) },
      { ...good, timestamp: 'now' },
      { ...good, timestamp: '' },
      { ...good, signature: '' },
      { ...good, signature: 'v1,' },
      { ...good, signature: good.signature.replace('v1,', 'v0,') },
      message({ secret: 'another' }),
    ];
    for (const each of changed) expect(isAuthentic(each, SECRET, NOW_MS)).toBe(false);
  });

  it('is turned away when it is more than five minutes old or early', () => {
    for (const minutes of [-6, 6]) {
      expect(isAuthentic(message({ atMs: NOW_MS + minutes * 60_000 }), SECRET, NOW_MS)).toBe(false);
    }
    for (const minutes of [-5, 5]) {
      expect(isAuthentic(message({ atMs: NOW_MS + minutes * 60_000 }), SECRET, NOW_MS)).toBe(true);
    }
  });

  it('tells of a charge, or of something that is no business of ours', () => {
    expect(chargeIn('{"type":"other"}')).toBeUndefined();
    expect(chargeIn('no JSON')).toBeUndefined();
  });
});
