import type { InvoiceLine } from './invoice-line.ts';

export interface PlannedProduct {
  sku: string;
  handle: string;
  title: string;
  pricePence: number;
  isTracked: boolean;
}

export interface PlannedReceipt {
  reference: string;
  lines: { sku: string; quantity: number }[];
}

export interface PlannedOrder {
  reference: string;
  placedAt: string;
  lines: InvoiceLine[];
}

export interface PlannedRefund {
  reference: string;
  invoice: string;
  order: PlannedOrder;
  refundedAt: string;
  lines: { lineIndex: number; quantity: number; sources: InvoiceLine[] }[];
}

export interface PlannedCreditNote {
  reference: string;
  invoice: string;
  issuedAt: string;
  lines: InvoiceLine[];
}

/** What the files say must be in the books afterwards. */
export interface FileSums {
  invoices: number;
  orders: number;
  lines: number;
  salesPence: number;
  cancelledPence: number;
  goodsUnits: number;
}

export interface ReplayPlan {
  products: PlannedProduct[];
  receipts: PlannedReceipt[];
  orders: PlannedOrder[];
  refunds: PlannedRefund[];
  creditNotes: PlannedCreditNote[];
  sums: FileSums;
  /** ISO dates; `to` is the day after the last. Null where the files hold no sale and no cancellation. */
  period: { from: string; to: string } | null;
}
