import { modules } from '../../../src/modules/index.ts';
import { present } from '../../../src/shared/errors/index.ts';
import { crashPointsOf, type SagaDefinition } from '../../../src/shared/sagas/index.ts';
import { complete, fillCart, stockVariant, type Shop } from '../../journeys/shop.ts';
import type { Question } from './faithful-client.ts';
import type { ShopLab } from './shop-lab.ts';

/** How a matter must stand in the end, for the one who has asked and in the provider's books. */
export interface Ending {
  readonly answer: { readonly status: number; readonly code?: string };
  readonly order?: { readonly status: string; readonly charges: readonly string[] };
}

/** What is asked of a process that is about to be killed, and for which order, where there is one already. */
export interface Begun {
  readonly question: Question;
  readonly cartId?: string;
  readonly orderId?: string;
}

/** One way to have a process killed at one point. */
export interface CrashCase {
  readonly point: string;
  /** What is special about it. */
  readonly how: string;
  readonly ends: Ending;
  readonly environment?: Readonly<Record<string, string>>;
  /** All that comes before, by the very process that will be killed. */
  readonly prepare: (shop: Shop, lab: ShopLab) => Promise<Begun>;
  /** While the process is at it. */
  readonly meanwhile?: (begun: Begun, lab: ShopLab) => Promise<void>;
  /** After it has died, and before another one takes over. */
  readonly afterwards?: (begun: Begun, lab: ShopLab) => Promise<void>;
  /** An operator ends the saga: another process is killed while it does what that brings about. */
  readonly settledByOperator?: { readonly diesAt: string };
}

/** Every saga of every module, as its definition has it. */
export const sagas = modules.flatMap((module) => module.sagas as readonly SagaDefinition[]);

/** The points on a saga's way forward, in order. */
export function forwardPointsOf(name: string): string[] {
  const saga = present(
    sagas.find((each) => each.name === name),
    `there is no saga ${name}`,
  );
  return crashPointsOf(saga).filter((point) => !/\/(undo|undone|failed)$/.test(point));
}

export const CONFIRMED: Ending = { answer: { status: 201 }, order: { status: 'confirmed', charges: ['captured'] } };

/** For a saga that nothing can make fail but an operator. */
export function settledCase(begun: CrashCase, order: Ending['order']): CrashCase {
  const answer = { status: 503, code: 'saga.settled' };
  return {
    ...begun,
    how: 'an operator settles it',
    ends: { answer, ...(order === undefined ? {} : { order }) },
    settledByOperator: { diesAt: begun.point.replace(/\/begun$/, '/failed') },
  };
}

export const PIECES = 5;
export const BOUGHT = 2;

export async function fillNewCart(shop: Shop): Promise<string> {
  return await fillCart(shop, await stockVariant(shop, { pieces: PIECES }), BOUGHT);
}

export interface Bought {
  readonly id: string;
  readonly lines: readonly { readonly id: string; readonly sku: string }[];
}

export async function buy(shop: Shop, token = 'tok_ok'): Promise<Bought> {
  const { body } = await complete(shop, await fillNewCart(shop), token).expect(201);
  return body.order as Bought;
}

const ELSEWHERE = 'ref_elsewhere';

/** Payments has set all of it aside for something else, so that it refuses to refund anything. */
export async function setAside(orderId: string, lab: ShopLab): Promise<void> {
  await lab.rows(
    `insert into payments.refunds (refund_id, order_id, amount, status)
     select '${ELSEWHERE}_' || order_id, order_id, captured, 'pending' from payments.payments where order_id = $1`,
    [orderId],
  );
}

export async function giveFree({ orderId }: Begun, lab: ShopLab): Promise<void> {
  await lab.rows(`delete from payments.refunds where order_id = $1 and refund_id like '${ELSEWHERE}%'`, [orderId]);
}
