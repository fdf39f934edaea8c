import { z } from 'zod';
import { command, defineContract, event, problem, query } from '../../../shared/contract/index.ts';
import { id, MAX_LINES, pageOf, PageRequest, Quantity, Sku } from '../../../shared/values/index.ts';

const OrderId = id('ord');
const DispatchId = id('dsp');
const ReturnId = id('ret');
const Location = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/, 'must be lower-case letters, digits, - and _');
const Line = z.strictObject({ sku: Sku, quantity: Quantity });
const Lines = z.array(Line).min(1).max(MAX_LINES);
/** Lines of one SKU are summed, so that these may be more than one line may ask for. */
const SummedLines = z.array(z.object({ sku: Sku, quantity: z.int().min(1) }));

/** The most that a threshold can ask for: more than any shelf holds. */
const MAX_THRESHOLD = 1_000_000_000;

/** Stock of one SKU at one location: `available` is `onHand` less `reserved` less `allocated`. */
export const StockLevel = z.object({
  sku: Sku,
  location: Location,
  onHand: z.int(),
  /** Held for a time, for orders that are not yet confirmed. */
  reserved: z.int(),
  /** Owned by confirmed orders that have not been shipped. */
  allocated: z.int(),
  available: z.int(),
});
export type StockLevel = z.infer<typeof StockLevel>;

const LedgerKind = z.enum([
  'received',
  'reserved',
  'released',
  'expired',
  'allocated',
  'deallocated',
  'shipped',
  'unshipped',
  'returned',
  'written_off',
]);

export const LedgerEntry = z.object({
  id: z.string(),
  sku: Sku,
  location: Location,
  kind: LedgerKind,
  /** Pieces, always positive: the kind says what they did. */
  quantity: z.int(),
  /** What caused it: an order's id, a receipt's reference, a return's id. */
  reference: z.string(),
  occurredAt: z.iso.datetime(),
  recordedAt: z.iso.datetime(),
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;

const LedgerSum = z.object({ kind: LedgerKind, quantity: z.int(), entries: z.int() });
export type LedgerSum = z.infer<typeof LedgerSum>;

const Receipt = z.object({
  id: z.string(),
  reference: z.string(),
  location: Location,
  lines: z.array(Line),
  receivedAt: z.iso.datetime(),
});

/** What becomes of goods that came back: they are for sale again, or they are not. */
export const Disposition = z.enum(['restock', 'write_off']);
export type Disposition = z.infer<typeof Disposition>;

const ReturnedLine = Line.extend({ disposition: Disposition });
export type ReturnedLine = z.infer<typeof ReturnedLine>;

/** Below what a SKU may not fall unnoticed: it is low as long as no more than `threshold` pieces are available. */
export const StockThreshold = z.object({ sku: Sku, threshold: z.int().min(0), available: z.int(), isLow: z.boolean() });
export type StockThreshold = z.infer<typeof StockThreshold>;

export const Inventory = defineContract('inventory', {
  operations: {
    /** Each SKU once, in the order asked for; 0 where no stock is known. */
    getAvailability: query(
      z.strictObject({ skus: z.array(Sku).min(1).max(MAX_LINES) }),
      z.array(z.object({ sku: Sku, available: z.int() })),
    ),
    listStock: query(PageRequest.extend({ sku: Sku.optional(), location: Location.optional() }), pageOf(StockLevel)),
    /** Repeating a reference returns the first receipt; without a reference the idempotency key is one. */
    receiveStock: command(
      z.strictObject({
        lines: Lines,
        location: Location.default('main'),
        reference: z.string().min(1).max(200).optional(),
      }),
      Receipt,
    ),
    /** All lines or none. Repeating an orderId returns the first reservation; once released, it stays released. */
    reserveStock: command(
      z.strictObject({ orderId: OrderId, lines: Lines, occurredAt: z.iso.datetime().optional() }),
      z.object({ reservationId: z.string(), expiresAt: z.iso.datetime() }),
      { repeat: 'natural' },
    ),
    /** The order owns what was reserved for it: it expires no more. Repeating it changes nothing. */
    allocateStock: command(z.strictObject({ orderId: OrderId }), z.void(), { repeat: 'natural' }),
    /**
     * Takes allocated goods off the shelf, all lines or none; several dispatches may share what an order owns.
     * Repeating a dispatchId changes nothing; once undone, it stays undone.
     */
    shipStock: command(z.strictObject({ orderId: OrderId, dispatchId: DispatchId, lines: Lines }), z.void(), {
      repeat: 'natural',
    }),
    /** Puts back what a dispatch took, as allocated to its order. Undoing it again, or before it took, is no error. */
    unshipStock: command(z.strictObject({ orderId: OrderId, dispatchId: DispatchId }), z.void(), { repeat: 'natural' }),
    /** Takes in goods that came back, for sale or written off. Repeating a returnId changes nothing. */
    receiveReturn: command(
      z.strictObject({
        orderId: OrderId,
        returnId: ReturnId,
        lines: z.array(ReturnedLine).min(1).max(MAX_LINES),
        location: Location.default('main'),
      }),
      z.void(),
      { repeat: 'natural' },
    ),
    /** Gives back what is reserved or allocated. What is already released, or never was reserved, is not an error. */
    releaseStock: command(z.strictObject({ orderId: OrderId }), z.void(), { repeat: 'natural' }),
    /** Gives back reservations whose time is over, in bounded batches. */
    expireReservations: command(z.strictObject({}), z.object({ expired: z.int() }), { repeat: 'natural' }),
    /** The same threshold again changes nothing. One that is already reached is announced at once. */
    putThreshold: command(z.strictObject({ sku: Sku, threshold: z.int().min(0).max(MAX_THRESHOLD) }), StockThreshold, {
      repeat: 'natural',
    }),
    /** From then on nothing is announced. Removing what is not there is not an error. */
    removeThreshold: command(z.strictObject({ sku: Sku }), z.void(), { repeat: 'natural' }),
    /** By SKU; those that are low, or those that are not, where `low` says so. */
    listThresholds: query(PageRequest.extend({ low: z.boolean().optional() }), pageOf(StockThreshold)),
    /** Newest first. */
    listLedger: query(PageRequest.extend({ sku: Sku.optional() }), pageOf(LedgerEntry)),
    /** Pieces and entries by kind, of what occurred from `from` until before `to`. */
    summariseLedger: query(
      z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }),
      z.object({ items: z.array(LedgerSum) }),
    ),
  },
  events: {
    stockReserved: event(1, {
      of: 'orderId',
      data: z.object({ orderId: OrderId, reservationId: z.string(), expiresAt: z.iso.datetime(), lines: SummedLines }),
    }),
    stockReleased: event(1, {
      of: 'orderId',
      data: z.object({ orderId: OrderId, reason: z.enum(['released', 'expired']), lines: SummedLines }),
    }),
    /** What is available has fallen to the threshold or below. Not again before it has risen above. */
    stockLow: event(1, { of: 'sku', data: z.object({ sku: Sku, available: z.int(), threshold: z.int() }) }),
  },
  errors: {
    outOfStock: problem(
      409,
      'Not enough stock',
      z.object({ lines: z.array(z.object({ sku: Sku, requested: z.int(), available: z.int() })) }),
    ),
    unknownSku: problem(422, 'No such SKU in the catalog', z.object({ skus: z.array(z.string()) })),
    notTracked: problem(422, 'Stock is not kept of this SKU', z.object({ skus: z.array(z.string()) })),
    reservationReleased: problem(409, 'The stock of this order was given back', z.object({ orderId: z.string() })),
    reservationExpired: problem(409, 'The reservation has expired', z.object({ orderId: z.string() })),
    reservationNotFound: problem(404, 'Nothing is reserved for this order', z.object({ orderId: z.string() })),
    stockUnknown: problem(404, 'No stock is kept of this SKU', z.object({ sku: z.string() })),
    notAllocated: problem(
      409,
      'The order does not own these goods',
      z.object({
        orderId: z.string(),
        lines: z.array(z.object({ sku: Sku, requested: z.int(), allocated: z.int() })),
      }),
    ),
    dispatchUndone: problem(409, 'The goods of this dispatch were put back', z.object({ dispatchId: z.string() })),
  },
});
