import { z } from 'zod';
import { system } from '../../auth/index.ts';
import { command, defineContract, problem, type ParsedInputOf } from '../../contract/index.ts';
import type { UnitOfWork } from '../../database/index.ts';
import { InvariantViolation, present } from '../../errors/index.ts';
import { defineModule } from '../../module/index.ts';
import { newTraceparent } from '../../telemetry/index.ts';
import { KernelWorld } from '../../testing/index.ts';
import { newId } from '../../values/index.ts';
import { defineSaga, type SagaDefinition } from '../index.ts';

/** What a booking office does when it is next asked to do or undo something; without a plan it complies. */
export type Answer = 'comply' | 'refuse' | 'break' | 'contradict' | 'not yet' | Promise<unknown>;

const Asked = z.strictObject({ trip: z.string(), what: z.string() });
const Trip = z.strictObject({ trip: z.string() });
const natural = { repeat: 'natural' } as const;

export const Booking = defineContract('booking', {
  operations: {
    book: command(Asked, z.object({ status: z.enum(['booked', 'open']) }), natural),
    unbook: command(Asked, z.void(), natural),
  },
  errors: { full: problem(409, 'There is no place left', z.object({ what: z.string() })) },
});

export const Trips = defineContract('trips', {
  operations: {
    /** What begins a trip: the saga is conducted under its name and key. */
    plan: command(Trip, z.void()),
    confirm: command(Trip, z.object({ confirmed: z.string() }), natural),
    giveUp: command(Trip.extend({ why: z.string() }), z.void(), natural),
  },
  errors: { forbidden: problem(409, 'This trip may not be confirmed', z.object({ trip: z.string() })) },
});

export interface TripState {
  readonly trip: string;
}

/** A step that breaks for longer than this has run out of time. */
export const STEP_LIMIT_MS = 400;

export const tripSaga = defineSaga<TripState>('trips.plan', { version: 1 })
  .step('flight', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'flight' }),
    undo: ({ trip }) => Booking.operations.unbook.with({ trip, what: 'flight' }),
  })
  .step('hotel', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'hotel' }),
    waitWhile: ({ status }) => status === 'open',
    undo: ({ trip }) => Booking.operations.unbook.with({ trip, what: 'hotel' }),
  })
  .step('car', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'car' }),
    timeoutMs: STEP_LIMIT_MS,
    undo: ({ trip }) => Booking.operations.unbook.with({ trip, what: 'car' }),
  })
  .step('confirmation', { do: ({ trip }) => Trips.operations.confirm.with({ trip }) })
  .onFailure(({ trip }, { code }) => Trips.operations.giveUp.with({ trip, why: code }))
  .answers((_, last) => last as { confirmed: string });

/** As trips were planned before there were hotels: those that were begun then are still finished so. */
export const oldTripSaga = defineSaga<TripState>('trips.plan', { version: 0 })
  .step('flight', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'flight' }),
    undo: ({ trip }) => Booking.operations.unbook.with({ trip, what: 'flight' }),
  })
  .step('confirmation', { do: ({ trip }) => Trips.operations.confirm.with({ trip }) })
  .answers((_, last) => last as { confirmed: string });

/** Of what is sent, nothing can be taken back. */
export const sendSaga = defineSaga<TripState>('trips.send', { version: 1 })
  .step('flight', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'flight' }),
    timeoutMs: STEP_LIMIT_MS,
  })
  .step('hotel', { do: ({ trip }) => Booking.operations.book.with({ trip, what: 'hotel' }) })
  .step('confirmation', { do: ({ trip }) => Trips.operations.confirm.with({ trip }) })
  .answers((_, last) => last as { confirmed: string });

/** Once the hotel is booked, there is no way back. */
export const giftSaga = defineSaga<TripState>('trips.gift', { version: 1 })
  .step('flight', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'flight' }),
    undo: ({ trip }) => Booking.operations.unbook.with({ trip, what: 'flight' }),
  })
  .step('hotel', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'hotel' }),
    timeoutMs: Number.POSITIVE_INFINITY,
  })
  .step('car', {
    do: ({ trip }) => Booking.operations.book.with({ trip, what: 'car' }),
    timeoutMs: Number.POSITIVE_INFINITY,
  })
  .answers(() => ({ confirmed: 'a gift' }));

const plans = new Map<string, Answer[]>();
const asked = new Map<string, string[]>();

/** `trip` is asked for `action` next: answer so, once for each entry. */
export function planAnswers(trip: string, action: string, ...answers: Answer[]): void {
  plans.set(`${trip} ${action}`, answers);
}

/** All that was asked for a trip, in order. */
export function askedOf(trip: string): string[] {
  return asked.get(trip) ?? [];
}

async function answer(trip: string, action: string): Promise<Answer> {
  asked.set(trip, [...askedOf(trip), action]);
  const next = plans.get(`${trip} ${action}`)?.shift() ?? 'comply';
  if (next === 'break') throw new Error(`the line broke at ${action}`);
  if (next === 'contradict') throw new InvariantViolation(`the books know nothing of ${action}`);
  return next instanceof Promise ? await next.then(() => 'comply' as const) : next;
}

class Book {
  async execute({ trip, what }: ParsedInputOf<typeof Booking.operations.book>) {
    const given = await answer(trip, what);
    if (given === 'refuse') throw Booking.errors.full({ what });
    return { status: given === 'not yet' ? ('open' as const) : ('booked' as const) };
  }
}

class Unbook {
  async execute({ trip, what }: ParsedInputOf<typeof Booking.operations.unbook>): Promise<void> {
    if ((await answer(trip, `undo ${what}`)) === 'refuse') throw Booking.errors.full({ what });
  }
}

class Confirm {
  async execute({ trip }: ParsedInputOf<typeof Trips.operations.confirm>, work: UnitOfWork) {
    await work.run('insert into ends (trip, how) values ($1, $2)', [trip, 'confirmed']);
    const given = await answer(trip, 'confirm');
    if (given === 'refuse') throw Trips.errors.forbidden({ trip });
    return { confirmed: trip };
  }
}

class GiveUp {
  async execute({ trip, why }: ParsedInputOf<typeof Trips.operations.giveUp>, work: UnitOfWork): Promise<void> {
    await work.run('insert into ends (trip, how) values ($1, $2)', [trip, why]);
  }
}

class Plan {
  async coordinate(): Promise<void> {
    await Promise.reject(new Error('these tests conduct the saga themselves'));
  }
}

/** Trips that book flights, hotels and cars at a booking office, which answers as each test plans. */
export class TripWorld {
  readonly kernel: KernelWorld;
  /** How often a saga has begun. */
  begun = 0;

  private constructor(kernel: KernelWorld) {
    this.kernel = kernel;
  }

  static async open(): Promise<TripWorld> {
    const kernel = await KernelWorld.open({
      modules: [
        defineModule(Booking, { operations: { book: Book, unbook: Unbook } }),
        defineModule(Trips, {
          knows: [Booking],
          sagas: [tripSaga, oldTripSaga, sendSaga, giftSaga],
          operations: { plan: Plan, confirm: Confirm, giveUp: GiveUp },
        }),
      ],
      tables: { trips: 'create table ends (position serial, trip text not null, how text not null)' },
    });
    await kernel.start();
    return new TripWorld(kernel);
  }

  /** Conducts a trip's saga and waits for its end up to `waitMs`. */
  async conduct(
    trip: string,
    options: {
      key?: string;
      waitMs?: number;
      refused?: boolean;
      saga?: SagaDefinition<TripState, { confirmed: string }>;
      meanwhile?: () => Promise<void>;
    } = {},
  ) {
    const { sagas } = this.kernel.module('trips');
    const call = this.kernel.context({ idempotencyKey: options.key });
    const meanwhile = async (key: string): Promise<{ underWay: string }> => {
      await options.meanwhile?.();
      return { underWay: key };
    };
    const waitMs = options.waitMs ?? 20_000;
    const request = { operation: Trips.operations.plan, input: { trip }, call, waitMs, meanwhile };
    return await sagas.conduct(options.saga ?? tripSaga, request, () => {
      if (options.refused === true) throw Trips.errors.forbidden({ trip });
      this.begun += 1;
      return Promise.resolve({ key: trip, state: { trip } });
    });
  }

  /** A saga as another process has left it a minute ago. */
  async leaveBehind(trip: string, { version, deaths = 0 }: { version: number; deaths?: number }): Promise<void> {
    await this.kernel.write('trips', (work) =>
      work.run(
        `insert into sagas (id, name, version, key, status, state, context, owner, deaths, lease_until, due_at)
         values ($1, 'trips.plan', $2, $3, 'running', $4, $5, 'another process', $6,
                 now() - interval '1 minute', now() - interval '1 minute')`,
        [
          newId('sag'),
          version,
          trip,
          JSON.stringify({ trip }),
          JSON.stringify({ principal: system('tests'), traceparent: newTraceparent(), correlationId: trip }),
          deaths,
        ],
      ),
    );
  }

  async saga(trip: string) {
    const [row] = await this.kernel.rows<{
      id: string;
      status: string;
      epoch: number;
      step: number;
      version: number;
      history: { step: string; what: string; error?: string }[];
    }>('trips', 'select id, status, epoch, step, version, history from sagas where key = $1', [trip]);
    return present(row, `there is no saga of ${trip}`);
  }

  /** How a trip has ended, as its own module wrote it down. */
  async ends(trip: string): Promise<string[]> {
    const rows = await this.kernel.rows<{ how: string }>('trips', 'select how from ends where trip = $1', [trip]);
    return rows.map(({ how }) => how);
  }

  /** Another process takes the trip's saga, and keeps it. */
  async takeAway(trip: string): Promise<void> {
    await this.kernel.write('trips', (work) =>
      work.run(
        `update sagas set epoch = epoch + 1, owner = 'another process', lease_until = now() + interval '1 hour'
         where key = $1`,
        [trip],
      ),
    );
  }

  /** The other process lets go of it, for whoever takes it. */
  async giveBack(trip: string): Promise<void> {
    await this.kernel.write('trips', (work) =>
      work.run('update sagas set owner = null, lease_until = now(), due_at = now() where key = $1', [trip]),
    );
  }
}
