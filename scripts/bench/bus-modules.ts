import { EventEmitter } from 'node:events';
import { z } from 'zod';
import { defineContract, event } from '../../src/shared/contract/index.ts';
import type { UnitOfWork } from '../../src/shared/database/index.ts';
import { defineModule, on, type HeardEvent, type ModuleDefinition } from '../../src/shared/module/index.ts';

const Passage = z.object({ turnstile: z.string(), number: z.int() });

/** Publishes each passage, numbered per turnstile in a table of its own, whatever the bus numbers. */
export const Turnstile = defineContract('turnstile', {
  operations: {},
  events: { passed: event(1, { of: 'turnstile', data: Passage }) },
});
/** Writes down what it hears. */
export const Tally = defineContract('tally', { operations: {} });

/** Says `begun` with a passage when its handler begins. */
export const handlers = new EventEmitter<{ begun: [z.output<typeof Passage>] }>();

class WriteDownWhenPassed {
  async execute({ data }: HeardEvent<typeof Turnstile.events.passed>, work: UnitOfWork): Promise<void> {
    handlers.emit('begun', data);
    await work.run('insert into passages (turnstile, number) values ($1, $2)', [data.turnstile, data.number]);
  }
}

export const busModules: readonly ModuleDefinition[] = [
  defineModule(Turnstile, { operations: {} }),
  defineModule(Tally, {
    operations: {},
    subscriptions: [on(Turnstile.events.passed, WriteDownWhenPassed, { from: 'beginning' })],
  }),
];

export const busTables: Readonly<Record<string, string>> = {
  [Turnstile.name]: 'create table turnstiles (name text primary key, passed integer not null) with (fillfactor = 80)',
  [Tally.name]: 'create table passages (position bigserial, turnstile text not null, number integer not null)',
};
