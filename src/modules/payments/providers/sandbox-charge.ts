import { z } from 'zod';
import { money } from '../../../shared/values/index.ts';
import type { Charge, ChargeAccount } from '../domain/charge.ts';

/** A charge as the sandbox writes it. What it may add later is none of our business and is passed over. */
export const SandboxCharge = z.object({
  id: z.string().min(1).max(200),
  key: z.string(),
  orderId: z.string(),
  amount: z.int().min(0),
  currency: z.string(),
  status: z.enum(['pending', 'authorised', 'captured', 'declined', 'voided', 'refunded']),
  captured: z.int().min(0),
  refunded: z.int().min(0),
  declineCode: z.string().optional(),
});

export const SandboxChargePage = z.object({
  items: z.array(SandboxCharge),
  nextCursor: z.string().nullable().optional(),
});

const SandboxBooking = z.object({ key: z.string(), amount: z.int().min(0) });

export const SandboxAccountPage = z.object({
  items: z.array(
    z.object({
      change: z.int(),
      charge: SandboxCharge,
      captures: z.array(SandboxBooking),
      refunds: z.array(SandboxBooking),
    }),
  ),
  nextCursor: z.string().nullable().optional(),
});
type SandboxAccount = z.infer<typeof SandboxAccountPage>['items'][number];

export const SandboxError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export function toCharge({ amount, currency, declineCode, ...rest }: z.infer<typeof SandboxCharge>): Charge {
  return { ...rest, amount: money(amount, currency), declineCode: declineCode ?? null };
}

export function toAccount({ charge, captures, refunds }: SandboxAccount): ChargeAccount {
  return { charge: toCharge(charge), captures, refunds };
}
