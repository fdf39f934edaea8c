/** What the parent asks of a till's process. */
export type TillRequest =
  | { readonly id: number; readonly sell: SellRequest }
  /** The process's clock is wrong by so much from now on. */
  | { readonly id: number; readonly skewMs: number }
  | { readonly id: number; readonly stop: true };

/** Sales of these numbers at each of these tills, in one transaction. */
export interface SellRequest {
  readonly tills: readonly string[];
  readonly numbers: readonly number[];
  readonly padding?: string;
}

export type TillReply =
  | { readonly ready: true }
  | { readonly id: number; readonly ok: true }
  | { readonly id: number; readonly error: string };
