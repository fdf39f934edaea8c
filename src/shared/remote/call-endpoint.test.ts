import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { encodeCall } from '../calls/index.ts';
import { MAX_CALL_BYTES } from './call-endpoint.ts';
import { CallTokens, TokenRefused, type CallClaims } from './call-token.ts';
import { SeenOnce } from './seen-once.ts';
import { callContext, Desk, DESK_SECRET, DeskProcess } from './test/desk.ts';

const SECOND_MS = 1_000;
const PERIOD_MS = 1_000;
const CLAIMS: CallClaims = { caller: 'lobby', callee: 'desk', operation: 'desk.look' };
const body = (name = 'tea', caller = 'lobby'): string => encodeCall('desk.look', { name }, callContext({ caller }));

describe('the internal port', () => {
  const tokens = new CallTokens(DESK_SECRET);
  let desk: DeskProcess;
  beforeAll(async () => {
    desk = await DeskProcess.start();
  });
  beforeEach(() => {
    desk.heard.length = 0;
  });
  afterAll(async () => {
    await desk.stop();
  });

  async function post(token: string | undefined, sent: string, path = '/calls/desk.look'): Promise<number> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { statusCode, body: answer } = await request(`${desk.url}${path}`, { method: 'POST', headers, body: sent });
    await answer.dump();
    return statusCode;
  }

  it('takes a call with its token', async () => {
    const sent = body();
    expect(await post(tokens.sign(CLAIMS, sent), sent)).toBe(200);
    expect(desk.heard).toHaveLength(1);
  });

  it.each<[string, (sent: string) => string | undefined]>([
    ['is missing', () => undefined],
    ['is no token', () => 'v1.lobby.nonsense'],
    ['was made with another secret', (sent) => new CallTokens('another secret than the desk has').sign(CLAIMS, sent)],
    ['is too old', (sent) => tokens.sign(CLAIMS, sent, Date.now() - 16 * SECOND_MS)],
    ['comes from the future', (sent) => tokens.sign(CLAIMS, sent, Date.now() + 6 * SECOND_MS)],
    ['was made for another module', (sent) => tokens.sign({ ...CLAIMS, callee: 'bar' }, sent)],
    ['was made for another operation', (sent) => tokens.sign({ ...CLAIMS, operation: 'desk.sell' }, sent)],
    ['was made for another body', () => tokens.sign(CLAIMS, body('gold'))],
    ['was made for another caller', (sent) => tokens.sign({ ...CLAIMS, caller: 'cellar' }, sent)],
  ])('turns away a call whose token %s', async (_, tokenOf) => {
    const sent = body();
    expect(await post(tokenOf(sent), sent)).toBe(401);
    expect(desk.heard).toHaveLength(0);
  });

  it('takes each token once', async () => {
    const sent = body();
    const token = tokens.sign(CLAIMS, sent);
    expect(await post(token, sent)).toBe(200);
    expect(await post(token, sent)).toBe(401);
    expect(desk.heard).toHaveLength(1);
  });

  it('knows no other path, and nothing that its process does not host', async () => {
    expect(await post(undefined, '', '/store/v1/products')).toBe(404);
    const call = { caller: 'lobby', callee: 'desk', operation: 'desk.dance' };
    const sent = encodeCall('desk.dance', {}, callContext());
    expect(await post(tokens.sign(call, sent), sent, '/calls/desk.dance')).toBe(404);
    expect(Object.keys(Desk.operations)).not.toContain('dance');
  });

  it('reads no more than a call may have', async () => {
    const sent = 'x'.repeat(MAX_CALL_BYTES + 1);
    expect(await post(tokens.sign(CLAIMS, sent), sent)).toBe(413);
  });
});

describe('a token', () => {
  it('says why it was not taken, for the log', () => {
    const tokens = new CallTokens(DESK_SECRET);
    const reasonOf = (token: string | undefined): string => {
      try {
        tokens.verify(token, CLAIMS, '{}');
        return 'taken';
      } catch (error) {
        return error instanceof TokenRefused ? error.reason : 'another error';
      }
    };
    const token = tokens.sign(CLAIMS, '{}');
    const ofOtherLetters = token.slice(0, token.lastIndexOf('.') + 1).padEnd(token.length, 'é');
    expect([token, token, undefined, 'x', ofOtherLetters, tokens.sign(CLAIMS, '{}', 0)].map(reasonOf)).toEqual([
      'taken',
      'replayed',
      'missing',
      'forged',
      'forged',
      'expired',
    ]);
  });
});

describe('what was seen', () => {
  it('is remembered for its period, and forgotten after two', () => {
    const seen = new SeenOnce(PERIOD_MS);
    const startMs = performance.now();
    expect(seen.add(1, startMs)).toBe(true);
    expect(seen.add(1, startMs + PERIOD_MS - 1)).toBe(false);
    expect(seen.add(2, startMs + PERIOD_MS + 1)).toBe(true);
    expect(seen.add(1, startMs + PERIOD_MS + 2)).toBe(false);
    expect(seen.add(1, startMs + 3 * PERIOD_MS)).toBe(true);
  });
});
