import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery, Handlers, Schedule, Transport } from '../../../src/shared/bus/index.ts';
import { SeededRandom } from './seed.ts';

/** What has gone wrong on the way to the queues, over all processes. */
export interface Bumps {
  /** Jobs that were sent once more than they had to be. */
  readonly copies: number;
  /** Jobs that were sent in another place of their row. */
  readonly displaced: number;
}

/** Counted in files, one byte each, so that what a process has done outlives it. */
export function bumpsIn(folder: string): Bumps {
  return { copies: sizeOf(counterOf(folder, 'copies')), displaced: sizeOf(counterOf(folder, 'displaced')) };
}

/**
 * The transport as the environment wants it. LAB_COPIES: each job is sent so often. LAB_COPIES_MAX: from once to so
 * often. LAB_REVERSED=true: the last event comes first. LAB_SHUFFLE=true: in any order. Where the order is changed
 * each event has a job of its own, for within a job a subscriber puts them in order. LAB_SEED repeats the chances.
 */
export function bumpyTransport(transport: Transport, environment: NodeJS.ProcessEnv): Transport {
  const { LAB_COPIES, LAB_COPIES_MAX, LAB_REVERSED, LAB_SHUFFLE, LAB_SEED, LAB_DIR } = environment;
  const order = LAB_SHUFFLE === 'true' ? 'shuffled' : LAB_REVERSED === 'true' ? 'reversed' : 'kept';
  const copies = { min: Number(LAB_COPIES ?? 1), max: Number(LAB_COPIES_MAX ?? LAB_COPIES ?? 1) };
  if (order === 'kept' && copies.max === 1) return transport;
  const random = new SeededRandom(Number(LAB_SEED ?? 0));
  return new BumpyTransport(transport, { order, copies, random, folder: LAB_DIR });
}

interface BumpyOptions {
  readonly order: 'kept' | 'reversed' | 'shuffled';
  readonly copies: { readonly min: number; readonly max: number };
  readonly random: SeededRandom;
  readonly folder: string | undefined;
}

/** Does to jobs what queues may do on a bad day, and then hands them on. */
class BumpyTransport implements Transport {
  readonly #transport: Transport;
  readonly #options: BumpyOptions;

  constructor(transport: Transport, options: BumpyOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  async send(subscriber: string, batches: readonly (readonly Delivery[])[]): Promise<void> {
    const { order } = this.#options;
    const jobs = order === 'kept' ? batches : batches.flat().map((delivery) => [delivery]);
    const copies = jobs.flatMap((job) => Array.from({ length: this.#copies() }, () => job));
    const sent = this.#reorder(copies);
    await this.#transport.send(subscriber, sent);
    this.#count('copies', copies.length - jobs.length);
    this.#count('displaced', sent.filter((job, place) => job !== copies[place]).length);
  }

  async acknowledge(source: string, subscriber: string, eventIds: readonly string[]): Promise<void> {
    const copies = this.#copies();
    for (let copy = 0; copy < copies; copy += 1) await this.#transport.acknowledge(source, subscriber, eventIds);
  }

  async start(): Promise<void> {
    await this.#transport.start();
  }

  async receive(module: string, handlers: Handlers): Promise<void> {
    await this.#transport.receive(module, handlers);
  }

  async schedule(module: string, schedules: readonly Schedule[]): Promise<void> {
    await this.#transport.schedule(module, schedules);
  }

  async generation(): Promise<string> {
    return await this.#transport.generation();
  }

  async stopReceiving(): Promise<void> {
    await this.#transport.stopReceiving();
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  #copies(): number {
    const { copies, random } = this.#options;
    return random.integer(copies.min, copies.max);
  }

  #reorder<Job>(jobs: readonly Job[]): Job[] {
    const { order, random } = this.#options;
    if (order === 'shuffled') return random.shuffle(jobs);
    return order === 'reversed' ? [...jobs].reverse() : [...jobs];
  }

  #count(bump: keyof Bumps, times: number): void {
    const { folder } = this.#options;
    if (folder !== undefined && times > 0) appendFileSync(counterOf(folder, bump), '.'.repeat(times));
  }
}

function counterOf(folder: string, bump: keyof Bumps): string {
  return join(folder, `${bump}.count`);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
