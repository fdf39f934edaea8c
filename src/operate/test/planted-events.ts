import type { DatabaseLayout } from '../../shared/database/index.ts';
import { rowsAmongTables } from '../../shared/testing/index.ts';
import { newId } from '../../shared/values/index.ts';

/** Modules hear of it, and it does them no harm. */
const TYPE = 'ordering.orderCancelled';

function cancelled(): object {
  const [orderId, cancelledAt] = [newId('ord'), new Date().toISOString()];
  return { orderId, number: 1, reason: 'planted', refunded: { amount: 1, currency: 'GBP' }, cancelledAt };
}

export interface PlantedLetter {
  readonly id: string;
  readonly subject: string;
}

/** The first event of a stream as a dead letter of `module`, with so many later ones behind it. */
export async function plantDeadLetter(layout: DatabaseLayout, module: string, waiting = 0): Promise<PlantedLetter> {
  const subject = newId('planted');
  const [id = '', ...later] = Array.from({ length: waiting + 1 }, () => newId('evt'));
  const error = { name: 'pricing.no_price', message: 'no price in this currency', stack: null };
  await rowsAmongTables(
    layout,
    module,
    `insert into inbox (event_id, source, type, subject, sequence, status, attempts, envelope, error)
     values ($1, 'ordering', '${TYPE}', $2, 1, 'dead', 8, $3, $4)`,
    [id, subject, envelope(id, subject, 1), JSON.stringify(error)],
  );
  for (const [index, eventId] of later.entries()) {
    await rowsAmongTables(
      layout,
      module,
      `insert into inbox (event_id, source, type, subject, sequence, status, envelope)
       values ($1, 'ordering', '${TYPE}', $2, $3, 'parked', $4)`,
      [eventId, subject, index + 2, envelope(eventId, subject, index + 2)],
    );
  }
  await rowsAmongTables(
    layout,
    module,
    `insert into inbox_positions (source, subject, sequence) values ('ordering', $1, 0)`,
    [subject],
  );
  return { id, subject };
}

/** An event that `module` published at `time`, and how far it has come on its way to `subscriber`. */
export async function plantDelivery(
  layout: DatabaseLayout,
  module: string,
  subscriber: string,
  { state, time = new Date().toISOString() }: { state: 'acknowledged' | 'quarantined'; time?: string },
): Promise<string> {
  const [id, subject] = [newId('evt'), newId('planted')];
  await rowsAmongTables(
    layout,
    module,
    `insert into outbox (id, type, data_version, subject, sequence, time, traceparent, correlation_id, data)
     values ($1, $2, 1, $3, 1, $4, $5, 'planted', $6)`,
    [id, TYPE, subject, time, TRACEPARENT, JSON.stringify(cancelled())],
  );
  const error = state === 'quarantined' ? JSON.stringify({ name: 'Error', message: 'the queue refused it' }) : null;
  await rowsAmongTables(
    layout,
    module,
    `insert into deliveries (event_id, subscriber, subject, sequence, state, send_failures, error)
     values ($1, $2, $3, 1, $4, 5, $5)`,
    [id, subscriber, subject, state, error],
  );
  return id;
}

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function envelope(id: string, subject: string, sequence: number): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: 'ordering',
    type: TYPE,
    dataversion: 1,
    subject,
    sequence,
    time: new Date().toISOString(),
    traceparent: TRACEPARENT,
    correlationid: 'planted',
    causationid: null,
    data: cancelled(),
  });
}
