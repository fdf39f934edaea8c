import { Ordering, type Order } from '../contract/index.ts';
import { piecesByLine, type LineQuantity } from './line-quantity.ts';
import { nextShare } from './share.ts';

/** begun (goods are leaving) → shipped → delivered; begun → abandoned. */
export type DispatchStatus = 'begun' | 'shipped' | 'delivered' | 'abandoned';

export interface Dispatch {
  readonly id: string;
  readonly orderId: string;
  readonly status: DispatchStatus;
  readonly lines: readonly LineQuantity[];
  /** Minor units of the order's currency. */
  readonly amount: number;
}

/** What of an order a dispatch asks about. */
export interface DispatchableOrder {
  readonly id: string;
  readonly status: Order['status'];
  readonly isCancelling: boolean;
  readonly lines: readonly {
    readonly id: string;
    readonly quantity: number;
    readonly tracked: boolean;
    readonly unitPrice: { readonly amount: number };
    readonly cancelledQuantity?: number;
  }[];
  readonly totals: { readonly total: { readonly amount: number } };
}

const DISPATCHABLE = new Set<Order['status']>(['confirmed', 'partly_shipped']);

/**
 * What these pieces cost of the order: the whole total, with delivery, tax and services, is shared out among the goods
 * by their price, rounded down; the dispatch that takes the last piece takes the rest. Goods that are free share by the
 * piece. Throws notDispatchable, lineNotFound or notLeftToDispatch.
 */
export function planDispatch(
  order: DispatchableOrder,
  earlier: readonly Dispatch[],
  wish: readonly LineQuantity[],
): { readonly lines: LineQuantity[]; readonly amount: number } {
  refuseUndispatchable(order);
  const active = earlier.filter(({ status }) => status !== 'abandoned');
  const taken = piecesByLine(active.flatMap(({ lines }) => lines));
  const wanted = piecesByLine(wish);
  for (const [lineId, quantity] of wanted) {
    const line = order.lines.find(({ id, tracked }) => tracked && id === lineId);
    if (line === undefined) throw Ordering.errors.lineNotFound({ lineId });
    const left = line.quantity - (taken.get(lineId) ?? 0);
    if (quantity > left) throw Ordering.errors.notLeftToDispatch({ orderId: order.id, lineId, left });
  }
  const goods = order.lines.filter(({ tracked }) => tracked);
  const isFree = goods.every(({ unitPrice }) => unitPrice.amount === 0);
  const weigh = (pieces: (line: (typeof goods)[number]) => number): number =>
    goods.reduce((sum, line) => sum + pieces(line) * (isFree ? 1 : line.unitPrice.amount), 0);
  const given = active.reduce((sum, { amount }) => sum + amount, 0);
  const amount = nextShare(order.totals.total.amount, given, {
    weight: weigh(({ id }) => wanted.get(id) ?? 0),
    of: weigh(({ quantity }) => quantity),
    completes: goods.every(({ id, quantity }) => (taken.get(id) ?? 0) + (wanted.get(id) ?? 0) === quantity),
  });
  return { lines: [...wanted].map(([lineId, quantity]) => ({ lineId, quantity })), amount };
}

/** How far an order is once these dispatches have left, those that have only begun aside. */
export function statusAfter(order: DispatchableOrder, dispatches: readonly Dispatch[]): Order['status'] {
  const gone = dispatches.filter(({ status }) => status === 'shipped' || status === 'delivered');
  const shipped = piecesByLine(gone.flatMap(({ lines }) => lines));
  const isComplete = order.lines.every(
    ({ id, quantity, tracked, cancelledQuantity = 0 }) =>
      !tracked || (shipped.get(id) ?? 0) + cancelledQuantity === quantity,
  );
  if (!isComplete) return gone.length === 0 ? order.status : 'partly_shipped';
  return gone.every(({ status }) => status === 'delivered') ? 'delivered' : 'shipped';
}

function refuseUndispatchable({ id: orderId, status, isCancelling }: DispatchableOrder): void {
  if (!DISPATCHABLE.has(status)) throw Ordering.errors.notDispatchable({ orderId, status });
  if (isCancelling) throw Ordering.errors.notDispatchable({ orderId, status }, 'This order is being cancelled.');
}
