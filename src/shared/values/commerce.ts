import { z } from 'zod';

/** A merchant's code for one sellable thing: case-sensitive, no spaces. */
export const Sku = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must begin with a letter or digit and hold only letters, digits, . _ and -')
  .meta({ examples: ['TEA-TIN-GREEN'] });

/** Pieces on one line. The upper limit keeps a typing error from reserving a warehouse. */
export const Quantity = z.int().min(1).max(100_000);

/** At most this many lines in one cart or order. */
export const MAX_LINES = 1_000;

export const Address = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    line1: z.string().trim().min(1).max(200),
    line2: z.string().trim().max(200).optional(),
    city: z.string().trim().min(1).max(100),
    postalCode: z.string().trim().max(20).optional(),
    country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 country code such as GB'),
  })
  .meta({ id: 'Address' });
export type Address = z.infer<typeof Address>;

export const Email = z.email().max(254);
