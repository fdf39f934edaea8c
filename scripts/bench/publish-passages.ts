import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { BusHost } from './bus-host.ts';
import type { PublishRequest } from './bus-messages.ts';

const TURNSTILES = 200;
/** Transactions under way at a time. */
const CONCURRENCY = 4;
const OPEN_POLL_MS = 100;
const OPEN_WAIT_MS = 5;

/** Publishes with several transactions at a time, as far ahead of the subscriber as it may be. */
export async function publishPassages(host: BusHost, request: PublishRequest): Promise<void> {
  const end = performance.now() + request.forMs;
  const seed = String(host.figures().published);
  const isLimited = request.openLimit < request.events;
  let begun = 0;
  // What was open when last asked, and what has begun since.
  let open = 0;
  const isOver = (): boolean => begun >= request.events || performance.now() >= end;
  const worker = async (): Promise<void> => {
    while (!isOver()) {
      if (open >= request.openLimit) {
        await pause(OPEN_WAIT_MS);
        continue;
      }
      const count = Math.min(request.perTransaction, request.events - begun);
      const turnstiles = Array.from({ length: count }, (_, index) => turnstileOf(`${seed} ${begun + index}`));
      begun += count;
      open += count;
      await host.pass(turnstiles);
    }
  };
  const watcher = async (): Promise<void> => {
    while (isLimited && !isOver()) {
      const before = begun;
      open = (await host.openDeliveries()) + (begun - before);
      await pause(OPEN_POLL_MS);
    }
  };
  await Promise.all([watcher(), ...Array.from({ length: CONCURRENCY }, worker)]);
}

function turnstileOf(text: string): string {
  return `turnstile ${createHash('sha256').update(text).digest().readUInt32BE(0) % TURNSTILES}`;
}
