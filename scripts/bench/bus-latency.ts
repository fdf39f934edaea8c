import { setTimeout as pause } from 'node:timers/promises';
import { within } from '../../src/shared/values/index.ts';
import { BusHost } from './bus-host.ts';
import type { BusAddress } from './bus-messages.ts';
import { handlers, Tally, Turnstile } from './bus-modules.ts';
import { quantile } from './measure-load.ts';
import { printFigure } from './print-figure.ts';

const EVENTS = 300;
const WARM_UP_EVENTS = 50;
/** Long enough for all that follows an event to be over, and never in step with anything that polls. */
const MIN_PAUSE_MS = 40;
const MAX_PAUSE_MS = 80;
const BEGIN_LIMIT_MS = 10_000;

/** From a commit to the beginning of the handler, when nothing else is on its way; in one process, by one clock. */
export async function measureLatency(address: BusAddress, targetMs: number): Promise<void> {
  const host = await BusHost.start(address, [Turnstile.name, Tally.name]);
  try {
    const durationsMs: number[] = [];
    for (let count = 0; count < WARM_UP_EVENTS + EVENTS; count += 1) {
      await pause(MIN_PAUSE_MS + Math.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
      const durationMs = await passOnce(host);
      if (count >= WARM_UP_EVENTS) durationsMs.push(durationMs);
    }
    durationsMs.sort((left, right) => left - right);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(durationsMs, share).toFixed(1));
    const figure = `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms (target: p50 below ${targetMs} ms)`;
    printFigure(`from commit to handler, idle, ${EVENTS} events`, figure);
  } finally {
    await host.stop();
  }
}

async function passOnce(host: BusHost): Promise<number> {
  let begunAtMs = Number.NaN;
  const begun = new Promise<void>((done) => {
    handlers.once('begun', () => {
      begunAtMs = performance.now();
      done();
    });
  });
  await host.pass(['turnstile of one at a time']);
  const committedAtMs = performance.now();
  if (!(await within(BEGIN_LIMIT_MS, begun))) throw new Error(`no handler began within ${BEGIN_LIMIT_MS} ms`);
  return begunAtMs - committedAtMs;
}
