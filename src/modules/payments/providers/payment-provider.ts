import type { Money, Page, PageRequest } from '../../../shared/values/index.ts';
import type { Charge, ChargeAccount } from '../domain/charge.ts';

export interface ChargeRequest {
  /** Names the charge: asked again with it, the provider answers with the first one. */
  readonly key: string;
  readonly orderId: string;
  readonly amount: Money;
  readonly token: string;
  /** False: the money is only held, for captures to come. */
  readonly capture: boolean;
}

/** Accounts by their latest change. */
export interface ChangedAccounts {
  readonly items: readonly ChargeAccount[];
  /** Where this page ends, to go on behind it, now or at another time; the given place where the page is empty. */
  readonly cursor: string | undefined;
  readonly isLast: boolean;
}

/**
 * Somebody who moves money. Every call that does carries a key, under which it happens once. All calls throw
 * SystemFailure when no answer came, after which it may have happened, and ProviderRefusal when the answer was no.
 */
export interface PaymentProvider {
  /** False: it answers by itself and at once, so that it may be asked inside a transaction. */
  readonly asksOutside: boolean;
  /** Takes the money in one go, or holds it. A decline is an answer; an unknown token is a refusal. */
  charge(request: ChargeRequest): Promise<Charge>;
  /** By the key of the charge, as is the account. */
  findCharge(key: string): Promise<Charge | undefined>;
  findAccount(key: string): Promise<ChargeAccount | undefined>;
  /** Takes minor units of what is held. */
  capture(chargeId: string, key: string, amount: number): Promise<void>;
  /** Lets go of what is held, or gives up a charge before any money has moved. */
  voidCharge(chargeId: string, key: string): Promise<void>;
  /** Gives back minor units of what was captured. */
  refund(chargeId: string, key: string, amount: number): Promise<void>;
  listCharges(page: PageRequest): Promise<Page<Charge>>;
  /** What has changed behind a cursor that an earlier page ended with; without one, everything. */
  listChanged(after: string | undefined, limit: number): Promise<ChangedAccounts>;
}

/** The provider will not do it, and has done nothing. */
export class ProviderRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ProviderRefusal';
    this.code = code;
  }
}
