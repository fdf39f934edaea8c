import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresLab } from '../lab/postgres-lab.ts';
import type { SeededRandom } from '../lab/seed.ts';
import type { RunningShop, ShopLab } from './shop-lab.ts';

export const HAVOC = ['kill', 'pause', 'cut the database', 'fail the provider', 'lose the answers'] as const;
type Fault = (typeof HAVOC)[number];

/** Longer than a lease, so that a process that is paused may lose what it is at. */
const PAUSE_MS = { shortest: 500, longest: 2_500 };
const PROVIDER_TROUBLE_MS = { shortest: 500, longest: 1_500 };
const BREATHER_MS = { shortest: 200, longest: 800 };
/** Of the requests to the provider, while there is trouble with it. */
const SHARE_OF_REQUESTS = 0.5;
const ANY_REQUEST = /./;

/**
 * Things that go wrong in a shop of several processes, one after the other, as chance has it. A process that was killed
 * is started again at once, and there is always another one.
 */
export class Havoc {
  /** Those that can be asked: what is dead or stands still is no door. */
  readonly doors: RunningShop[];
  /** How often each fault has really happened. */
  readonly counts: Record<Fault, number> = {
    kill: 0,
    pause: 0,
    'cut the database': 0,
    'fail the provider': 0,
    'lose the answers': 0,
  };
  readonly #lab: ShopLab;
  readonly #postgres: PostgresLab;
  readonly #random: SeededRandom;
  readonly #environment: Readonly<Record<string, string>>;
  #isOver = false;

  constructor(parts: {
    lab: ShopLab;
    postgres: PostgresLab;
    random: SeededRandom;
    shops: readonly RunningShop[];
    environment: Readonly<Record<string, string>>;
  }) {
    this.#lab = parts.lab;
    this.#postgres = parts.postgres;
    this.#random = parts.random;
    this.#environment = parts.environment;
    this.doors = [...parts.shops];
  }

  /** Until it is over, and each kind has had its turn. Afterwards everything that was stopped runs again. */
  async wreak(): Promise<void> {
    let round = 0;
    while (!this.#isOver || round === 0) {
      for (const fault of this.#random.shuffle(HAVOC)) {
        await this.#cause(fault);
        await this.#wait(BREATHER_MS);
      }
      round += 1;
    }
  }

  /** After the round that has begun. */
  over(): void {
    this.#isOver = true;
  }

  async #cause(fault: Fault): Promise<void> {
    switch (fault) {
      case 'kill':
        await this.#kill();
        break;
      case 'pause':
        await this.#pause();
        break;
      case 'cut the database':
        this.counts[fault] += await this.#postgres.terminateBackends();
        break;
      case 'fail the provider':
        await this.#trouble(fault, 'fail');
        break;
      case 'lose the answers':
        await this.#trouble(fault, 'lose');
    }
  }

  async #kill(): Promise<void> {
    const victim = this.#takeDoor();
    victim.process.signal('SIGKILL');
    const { signal } = await victim.process.ending();
    if (signal === 'SIGKILL') this.counts.kill += 1;
    this.doors.push(await this.#lab.start(this.#environment));
  }

  async #pause(): Promise<void> {
    const sleeper = this.#takeDoor();
    sleeper.process.signal('SIGSTOP');
    await this.#wait(PAUSE_MS);
    sleeper.process.signal('SIGCONT');
    this.counts.pause += 1;
    this.doors.push(sleeper);
  }

  async #trouble(fault: Fault, kind: 'fail' | 'lose'): Promise<void> {
    const trouble = this.#lab.provider.line.disturb(ANY_REQUEST, kind, {
      when: () => this.#random.chance(SHARE_OF_REQUESTS),
    });
    await this.#wait(PROVIDER_TROUBLE_MS);
    trouble.over();
    this.counts[fault] += trouble.hits;
  }

  #takeDoor(): RunningShop {
    const [door] = this.doors.splice(this.#random.integer(0, this.doors.length - 1), 1);
    if (door === undefined || this.doors.length === 0) throw new Error('the last process must not be taken away');
    return door;
  }

  async #wait({ shortest, longest }: { shortest: number; longest: number }): Promise<void> {
    await pause(this.#random.integer(shortest, longest));
  }
}
