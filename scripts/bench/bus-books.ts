import type pg from 'pg';
import { Tally, Turnstile } from './bus-modules.ts';

export interface BusBooks {
  readonly published: number;
  readonly missing: number;
  readonly repeated: number;
  readonly outOfOrder: number;
}

const COMPARE = `
  with heard as (
    select turnstile, number,
           number < lag(number) over (partition by turnstile order by position) as backwards
    from ${Tally.name}.passages
  ),
  due as (
    select name as turnstile, number from ${Turnstile.name}.turnstiles, generate_series(1, passed) as number
  )
  select (select count(*) from due)::float8 as published,
         (select count(*) from due where (turnstile, number) not in (select turnstile, number from heard))::float8
           as missing,
         (select count(*) - count(distinct (turnstile, number)) from heard)::float8 as repeated,
         (select count(*) from heard where backwards)::float8 as "outOfOrder"`;

/** What the publisher's own numbers say against what the subscriber has written down. */
export async function compareBooks(client: pg.Client): Promise<BusBooks> {
  const { rows } = await client.query<BusBooks>(COMPARE);
  const [books] = rows;
  if (books === undefined) throw new Error('a comparison is one row');
  return books;
}

/** Events on their way, at both ends. */
export interface UnderWay {
  /** Deliveries that the subscriber's inbox has not acknowledged. */
  readonly open: number;
  /** Events that the inbox has and that have not taken effect, most of them because a predecessor is missing. */
  readonly waiting: number;
}

export async function countUnderWay(client: pg.Client): Promise<UnderWay> {
  const { rows } = await client.query<UnderWay>(
    `select (select count(*) from ${Turnstile.name}.deliveries where state = 'open')::float8 as open,
            (select count(*) from ${Tally.name}.inbox where status in ('parked', 'retrying', 'dead'))::float8 as waiting`,
  );
  return rows[0] ?? { open: 0, waiting: 0 };
}

/** Events whose effects are committed. The bus's own counter would also hold those that it has only put aside. */
export async function countEffects(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ effects: number }>(
    `select count(*)::float8 as effects from ${Tally.name}.passages`,
  );
  return rows[0]?.effects ?? 0;
}
