import pg from 'pg';
import { Archive, Journal, Ledger, Till, tillModules } from './till-modules.ts';

/** Sentences of one kind; more of the same tell nothing new. */
const MAX_SENTENCES = 20;

/** Where the sales of each hop must stand, each once and in order. */
const HEARD = [
  { name: 'journal.entries', rows: 'journal.entries' },
  { name: 'ledger.lines', rows: 'ledger.lines' },
  { name: 'archive.records (sold)', rows: `(select * from archive.records where kind = 'sold')` },
  { name: 'archive.records (written)', rows: `(select * from archive.records where kind = 'written')` },
] as const;

const SUBSCRIPTIONS = [
  { publisher: Till.name, subscriber: Journal.name },
  { publisher: Till.name, subscriber: Archive.name },
  { publisher: Journal.name, subscriber: Ledger.name },
  { publisher: Journal.name, subscriber: Archive.name },
] as const;

const eventsOf = (module: string): string => `
  (select id, subject as till, (data ->> 'number')::integer as number, sequence, correlation_id as correlation,
          causation_id as causation, split_part(traceparent, '-', 2) as trace
   from ${module}.outbox)`;

/**
 * What is not (yet) as it must be when all has come to rest, one sentence each; none when all is well. The truth is
 * what stands in `till.sales`: it has been committed, whatever its seller was told.
 */
export async function judgeTills(adminUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    // One moment for all questions: else what happens between two of them would look like a fault.
    await client.query('begin isolation level repeatable read read only');
    const sentences: string[] = [];
    for (const sql of questions()) {
      const { rows } = await client.query<{ sentence: string }>(`${sql} limit ${MAX_SENTENCES}`);
      sentences.push(...rows.map(({ sentence }) => sentence));
    }
    return sentences;
  } finally {
    await client.end();
  }
}

function questions(): string[] {
  const modules = tillModules.map(({ contract }) => contract.name);
  return [
    ...publishedQuestions(),
    ...HEARD.flatMap(({ name, rows }) => effectQuestions(name, rows)),
    ...modules.flatMap(restQuestions),
    ...SUBSCRIPTIONS.map(({ publisher, subscriber }) => positionQuestion(publisher, subscriber)),
    chainQuestion(),
  ];
}

/** A sale and its event are committed together. */
function publishedQuestions(): string[] {
  return [
    `select format('sale %s of %s was committed without its event', number, till) as sentence
     from till.sales s where not exists (select from ${eventsOf(Till.name)} e where (e.till, e.number) = (s.till, s.number))
     order by till, number`,
    `select format('sale %s of %s has an event but was never committed', number, till) as sentence
     from ${eventsOf(Till.name)} e where not exists (select from till.sales s where (e.till, e.number) = (s.till, s.number))
     order by till, sequence`,
  ];
}

/** Every sale takes effect once, in its till's order. */
function effectQuestions(name: string, rows: string): string[] {
  return [
    `select format('sale %s of %s is lost: it is not in ${name}', number, till) as sentence
     from till.sales s where not exists (select from ${rows} r where (r.till, r.number) = (s.till, s.number))
     order by till, number`,
    `select format('sale %s of %s has taken effect %s times in ${name}', number, till, count(*)) as sentence
     from ${rows} r group by till, number having count(*) > 1 order by till, number`,
    `select format('sale %s of %s is in ${name} but was never committed', number, till) as sentence
     from ${rows} r where not exists (select from till.sales s where (r.till, r.number) = (s.till, s.number))
     order by till, number`,
    `select format('sale %s of %s is out of order in ${name}: it came after sale %s', number, till, number_before) as sentence
     from (select r.till, r.number, r.position, e.sequence, lag(e.sequence) over each_till as sequence_before,
                  lag(r.number) over each_till as number_before
           from ${rows} r join ${eventsOf(Till.name)} e on (e.till, e.number) = (r.till, r.number)
           window each_till as (partition by r.till order by r.position)) as heard
     where sequence_before > sequence order by till, position`,
  ];
}

/** Nothing is on its way any more, and nothing waits. */
function restQuestions(module: string): string[] {
  return [
    `select format('%s deliveries of ${module} to %s are %s, the first of them %s of %s', count(*), subscriber, state,
                   min(sequence), min(subject)) as sentence
     from ${module}.deliveries where state <> 'acknowledged' group by subscriber, state order by subscriber, state`,
    `select format('in the inbox of ${module} number %s of %s from %s is %s after %s attempts: %s', sequence, subject,
                   source, status, attempts, coalesce(error ->> 'message', 'no error is kept')) as sentence
     from ${module}.inbox where status <> 'done' order by source, subject, sequence`,
  ];
}

/** A subscriber has come as far in each stream as its publisher has. */
function positionQuestion(publisher: string, subscriber: string): string {
  return `
    select format('${subscriber} has come to number %s of %s from ${publisher}, which has published %s',
                  coalesce(p.sequence, 0), coalesce(s.subject, p.subject), coalesce(s.sequence, 0)) as sentence
    from (select * from ${publisher}.streams where subscriber = '${subscriber}') as s
    full join (select * from ${subscriber}.inbox_positions where source = '${publisher}') as p on p.subject = s.subject
    where s.sequence is distinct from p.sequence order by coalesce(s.subject, p.subject)`;
}

/**
 * What a request set off can be told by its correlation, its trace and by the event that caused the next. It is asked
 * of sales that have come all the way; others are lost, which is said elsewhere.
 */
function chainQuestion(): string {
  return `
    select format('sale %s of %s: %s', sold.number, sold.till, link.fault) as sentence
    from ${eventsOf(Till.name)} as sold
    join journal.entries as entry on (entry.till, entry.number) = (sold.till, sold.number)
    join ${eventsOf(Journal.name)} as written on (written.till, written.number) = (sold.till, sold.number)
    join ledger.lines as line on (line.till, line.number) = (sold.till, sold.number)
    join archive.records as record on (record.till, record.number, record.kind) = (sold.till, sold.number, 'written')
    cross join lateral (values
      (entry.event_id = sold.id, 'its entry was not written for its event'),
      (entry.causation is not distinct from sold.causation, 'its entry has lost what caused the sale'),
      (entry.correlation = sold.correlation, 'its entry has lost the correlation'),
      (split_part(entry.traceparent, '-', 2) = sold.trace, 'its entry has lost the trace'),
      (written.causation = sold.id, 'what was written is not said to be caused by what was sold'),
      (written.correlation = sold.correlation, 'what was written has lost the correlation'),
      (written.trace = sold.trace, 'what was written has lost the trace'),
      (line.event_id = written.id, 'its line was not written for what was written'),
      (line.causation = sold.id, 'its line has lost what caused it'),
      (line.correlation = sold.correlation, 'its line has lost the correlation'),
      (split_part(line.traceparent, '-', 2) = sold.trace, 'its line has lost the trace'),
      (record.event_id = written.id, 'its record was not filed for what was written'),
      (record.causation = sold.id, 'its record has lost what caused it'),
      (record.correlation = sold.correlation, 'its record has lost the correlation'),
      (split_part(record.traceparent, '-', 2) = sold.trace, 'its record has lost the trace')
    ) as link (holds, fault)
    where not coalesce(link.holds, false)
    order by sold.till, sold.sequence`;
}
