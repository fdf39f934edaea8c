import { z } from 'zod';
import type { UseCase } from '../../../src/shared/calls/index.ts';
import { command, defineContract, type OutputOf, type ParsedInputOf } from '../../../src/shared/contract/index.ts';
import type { UnitOfWork } from '../../../src/shared/database/index.ts';
import { defineModule, every } from '../../../src/shared/module/index.ts';
import { seconds } from '../../../src/shared/values/index.ts';

/** A clock that strikes once in a period, however many processes host it. */
export const PERIOD_MS = seconds(1);

export const Clock = defineContract('clock', {
  operations: {
    /** A repeat is another stroke. */
    strike: command(z.strictObject({}), z.object({}), { repeat: 'natural' }),
  },
});

type StrikeOperation = typeof Clock.operations.strike;

class Strike implements UseCase<StrikeOperation> {
  async execute(_input: ParsedInputOf<StrikeOperation>, work: UnitOfWork): Promise<OutputOf<StrikeOperation>> {
    await work.run('insert into strokes (struck_by) values ($1)', [process.pid]);
    return {};
  }
}

export const clockModule = defineModule(Clock, {
  operations: { strike: Strike },
  schedules: [every(PERIOD_MS, Clock.operations.strike)],
});

/** Every turn that a process has won, by the database's clock, which is the same for all; and what it did with it. */
export const clockTable = `
  create table strokes (position serial primary key, struck_by integer not null);
  create table turns (at timestamptz not null);
  create function note_turn() returns trigger language plpgsql as
    $$ begin insert into turns (at) values (new.fired_at); return null; end $$;
  create trigger note_turn after insert or update on schedule_firings for each row execute function note_turn();`;
