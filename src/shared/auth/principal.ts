import { z } from 'zod';

/** What a staff key may do. `*` is everything. */
export const SCOPES = [
  'catalog:read',
  'catalog:write',
  'pricing:read',
  'pricing:write',
  'stock:read',
  'stock:write',
  'orders:read',
  'orders:write',
  'payments:read',
  'fulfilment:read',
  'fulfilment:write',
  'reports:read',
  'notifications:read',
  'keys:write',
  'system:read',
  'system:write',
] as const;
export const Scope = z.enum([...SCOPES, '*']);
export type Scope = z.infer<typeof Scope>;

/** On whose behalf something happens. It travels with every call and event that follows. */
export const Principal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest') }),
  // Any text: a process must bear with a scope that a newer one has given away. It opens nothing here.
  z.object({ kind: z.literal('staff'), id: z.string(), scopes: z.array(z.string()) }),
  z.object({ kind: z.literal('system'), id: z.string() }),
]);
export type Principal = z.infer<typeof Principal>;

export const guest: Principal = { kind: 'guest' };
export const system = (id: string): Principal => ({ kind: 'system', id });

/** A stable name: idempotency keys are scoped to it, audit records hold it. */
export function nameOf(principal: Principal): string {
  return principal.kind === 'guest' ? 'guest' : `${principal.kind}:${principal.id}`;
}

export function mayUse(principal: Principal, scope: Scope): boolean {
  if (principal.kind === 'guest') return false;
  if (principal.kind === 'system') return true;
  return principal.scopes.includes('*') || principal.scopes.includes(scope);
}
