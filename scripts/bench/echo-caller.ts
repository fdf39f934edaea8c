import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Pool } from 'undici';
import { newCallContext, system } from '../../src/shared/auth/index.ts';
import { CallTokens, RemoteTransport } from '../../src/shared/remote/index.ts';
import { minutes, seconds } from '../../src/shared/values/index.ts';
import { Echo, ECHO_SECRET, type EchoPorts } from './echo-module.ts';
import { median } from './measure-load.ts';
import { printFigure } from './print-figure.ts';

/** Rounds are short, and the middle one is shown: whatever else a machine does seldom lasts through several. */
const ROUNDS = 9;
const CALLS = { warmUp: 3_000, alone: 1_500, together: 10_000 } as const;
const CONCURRENCY = 32;
const PERCENT = 100;
const LIMIT_MS = minutes(5);

const SAID = { orderId: 'ord_01hzzzzzzzzzzzzzzzzzzzzzzz', lines: [{ sku: 'TEA-100', quantity: 2 }] };

type Ask = () => Promise<unknown>;

async function measure(): Promise<void> {
  const child = fork(resolve(import.meta.dirname, 'echo-process.mjs'));
  const [ports] = (await once(child, 'message')) as [EchoPorts];
  const pool = new Pool(`http://127.0.0.1:${ports.bare}`, { connections: CONCURRENCY, pipelining: 1 });
  const remote = new RemoteTransport({
    addresses: new Map([[Echo.name, [`http://127.0.0.1:${ports.calls}`]]]),
    tokens: new CallTokens(ECHO_SECRET),
  });
  const bare: Ask = async () => {
    const headers = { 'content-type': 'application/json' };
    const { body } = await pool.request({ path: '/', method: 'POST', headers, body: JSON.stringify(SAID) });
    return JSON.parse(await body.text()) as unknown;
  };
  // A context is made once for a request, whatever calls that comes to.
  const context = newCallContext({ caller: 'http', principal: system('bench'), deadlineMs: Date.now() + LIMIT_MS });
  const call: Ask = async () => await remote.invoke(Echo.operations.say, SAID, context);
  try {
    await compare(bare, call);
  } finally {
    await pool.destroy();
    await remote.close();
    child.disconnect();
  }
}

/** In turns, so that what else the machine does meets both. */
async function compare(bare: Ask, call: Ask): Promise<void> {
  for (const ask of [bare, call]) await run(ask, CALLS.warmUp, CONCURRENCY);
  const alone = { bare: [] as number[], call: [] as number[], times: [] as number[] };
  const together = { bare: [] as number[], call: [] as number[], share: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareMs = median((await run(bare, CALLS.alone, 1)).timesMs);
    const callMs = median((await run(call, CALLS.alone, 1)).timesMs);
    note(alone, { bare: bareMs, call: callMs, times: callMs / bareMs });
    const bareInMs = (await run(bare, CALLS.together, CONCURRENCY)).elapsedMs;
    const callInMs = (await run(call, CALLS.together, CONCURRENCY)).elapsedMs;
    note(together, { bare: bareInMs, call: callInMs, share: (bareInMs / callInMs) * PERCENT });
  }
  const ms = (values: readonly number[]): string => median(values).toFixed(3);
  const perSecond = (elapsedMs: readonly number[]): string =>
    ((CALLS.together * seconds(1)) / median(elapsedMs)).toFixed(0);
  printFigure(
    'a call to another process, one at a time',
    `p50 ${ms(alone.call)} ms, bare echo ${ms(alone.bare)} ms: ${median(alone.times).toFixed(2)} times (target: below 2)`,
  );
  printFigure(
    `calls to another process, ${CONCURRENCY} at a time`,
    `${perSecond(together.call)}/s, bare echo ${perSecond(together.bare)}/s: ${median(together.share).toFixed(0)} % (target: at least 50 %)`,
  );
}

function note<Name extends string>(lists: Record<Name, number[]>, values: Record<Name, number>): void {
  for (const name of Object.keys(lists) as Name[]) lists[name].push(values[name]);
}

async function run(ask: Ask, calls: number, concurrency: number): Promise<{ elapsedMs: number; timesMs: number[] }> {
  const timesMs: number[] = [];
  let left = calls;
  const startMs = performance.now();
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const fromMs = performance.now();
      await ask();
      timesMs.push(performance.now() - fromMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return { elapsedMs: performance.now() - startMs, timesMs };
}

await measure();
