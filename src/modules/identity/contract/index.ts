import { z } from 'zod';
import { Principal, Scope } from '../../../shared/auth/index.ts';
import { command, defineContract, problem, query } from '../../../shared/contract/index.ts';
import { id, pageOf, PageRequest } from '../../../shared/values/index.ts';

export const KeyId = id('key');
const KeyName = z.string().trim().min(1).max(100);
const Scopes = z
  .array(Scope)
  .min(1)
  .max(50)
  .refine((scopes) => new Set(scopes).size === scopes.length, 'must hold each scope once');

export const NewKey = z.strictObject({
  name: KeyName,
  scopes: Scopes,
  /** Default: it does not expire. */
  expiresAt: z.iso.datetime().optional(),
});

/** A staff key as it may be shown: without the secret. */
export const StaffKey = z.object({
  id: KeyId,
  name: z.string(),
  /** Newer versions may have more of them than this one. */
  scopes: z.array(z.string()),
  createdAt: z.iso.datetime(),
  /** Whose doing it was: `staff:key_…` or `system:process`. */
  createdBy: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  revokedBy: z.string().nullable(),
});
export type StaffKey = z.infer<typeof StaffKey>;

/** The answer that holds the secret. It cannot be asked for again. */
export const CreatedKey = StaffKey.extend({ key: z.string() });
export type CreatedKey = z.infer<typeof CreatedKey>;

export const Identity = defineContract('identity', {
  operations: {
    /** Who holds this token, or null: it is unknown, revoked or expired. */
    authenticate: query(z.strictObject({ token: z.string().max(20_000) }), Principal.nullable()),
    /** Safe to repeat with its idempotency key: the same key comes back for a day, then `keyShownBefore`. */
    createKey: command(NewKey, CreatedKey),
    /** Ordered by id, oldest first; revoked ones included. */
    listKeys: query(PageRequest, pageOf(StaffKey)),
    /** Revoking what is revoked is no error. */
    revokeKey: command(z.strictObject({ keyId: KeyId }), z.void(), { repeat: 'natural' }),
    /** At every start: makes the key with this token valid and revokes earlier ones that were set under this name. */
    ensureKey: command(
      z.strictObject({ name: KeyName, token: z.string().min(16).max(200), scopes: Scopes }),
      StaffKey,
      { repeat: 'natural' },
    ),
    /** Hourly: from then on nobody can work out a key again that was created more than a day ago. */
    forgetSecrets: command(z.strictObject({}), z.void(), { repeat: 'natural' }),
  },
  errors: {
    keyNotFound: problem(404, 'No such key', z.object({ keyId: z.string() })),
    keyShownBefore: problem(409, 'The key was created before and is not shown again', z.object({ keyId: z.string() })),
  },
});
