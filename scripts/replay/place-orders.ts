import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './api-client.ts';
import { orderShape, readProblem, type PlacedOrder } from './api-shapes.ts';
import { currency, rowKey } from './invoice-line.ts';
import { replayLimits } from './replay-limits.ts';
import type { PlannedOrder } from './replay-plan.ts';
import { isReferenceTaken, type ReplayRun } from './replay-run.ts';
import { RequestFailed } from './request-failed.ts';

/** Enters each invoice as an order that was paid outside. What an earlier run placed is looked up and kept. */
export async function placeOrders(run: ReplayRun, orders: readonly PlannedOrder[]): Promise<void> {
  await run.each(
    'placing orders',
    orders,
    (planned) => placeOrder(run, planned),
    (planned) => setFate(run, planned, 'failed: the order was refused, see the list of failures'),
  );
}

async function placeOrder(run: ReplayRun, planned: PlannedOrder): Promise<void> {
  const body = {
    currency,
    lines: planned.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      unitPrice: { amount: line.unitPricePence, currency },
    })),
    payment: { provider: 'manual' },
    placedAt: planned.placedAt,
    reference: planned.reference,
  };
  const answer = await run.post('/admin/v1/orders', body, planned.reference);
  const wasThere = isReferenceTaken(answer);
  const order = await waitUntilConfirmed(run, planned, await readOrder(run, planned, answer));
  run.orders.set(planned.reference, order);
  if (wasThere) run.counts.ordersThere += 1;
  else run.counts.ordersPlaced += 1;
  setFate(run, planned, wasThere ? `sale: order already there, ${order.id}` : `sale: order placed, ${order.id}`);
}

async function readOrder(run: ReplayRun, planned: PlannedOrder, answer: Answer): Promise<PlacedOrder> {
  if (isReferenceTaken(answer)) {
    const problem = readProblem(answer.body);
    const orderId = problem.details?.orderId ?? problem.orderId;
    if (orderId === undefined) throw RequestFailed.because(`order ${planned.reference} (by which?)`, answer);
    return fetchOrder(run, planned, `/admin/v1/orders/${encodeURIComponent(orderId)}`);
  }
  const order = orderShape.safeParse(answer.body);
  if (answer.status < 300 && order.success) return order.data;
  const location = run.client.pathOf(answer.headers.get('location'));
  if (answer.status === 202 && location !== null) return fetchOrder(run, planned, location);
  throw RequestFailed.because(`order ${planned.reference}`, answer);
}

async function waitUntilConfirmed(run: ReplayRun, planned: PlannedOrder, answered: PlacedOrder): Promise<PlacedOrder> {
  let order = answered;
  const deadline = Date.now() + replayLimits.orderWaitMs;
  while (order.status === 'pending' && Date.now() < deadline) {
    await sleep(replayLimits.pollDelayMs, undefined, { signal: run.signal });
    order = await fetchOrder(run, planned, `/admin/v1/orders/${encodeURIComponent(order.id)}`);
  }
  if (['pending', 'rejected', 'cancelled'].includes(order.status)) {
    throw new RequestFailed(`order ${planned.reference}: ${order.id} is ${order.status}, not confirmed`);
  }
  return order;
}

async function fetchOrder(run: ReplayRun, planned: PlannedOrder, path: string): Promise<PlacedOrder> {
  const answer = await run.client.get(path);
  const order = orderShape.safeParse(answer.body);
  if (answer.status === 200 && order.success) return order.data;
  throw RequestFailed.because(`order ${planned.reference}, looking it up`, answer);
}

function setFate(run: ReplayRun, planned: PlannedOrder, fate: string): void {
  for (const line of planned.lines) run.fates.set(rowKey(line), fate);
}
