import { problems } from '../errors/index.ts';
import { mayUse, type Principal, type Scope } from './principal.ts';

/** Who may use an endpoint. An endpoint without one does not start. */
export type Access =
  /** No credentials: what is shown or done is public, or guarded by an unguessable id. */
  | { readonly kind: 'anyone' }
  /** A staff key with this scope. */
  | { readonly kind: 'staff'; readonly scope: Scope }
  /** The handler verifies a signature of its own over the raw body. */
  | { readonly kind: 'signed' };

export const anyone: Access = { kind: 'anyone' };
export const signed: Access = { kind: 'signed' };
export const staff = (scope: Scope): Access => ({ kind: 'staff', scope });

/** Throws `auth.unauthenticated` or `auth.forbidden` unless the principal may pass. */
export function authorise(access: Access, principal: Principal): void {
  if (access.kind !== 'staff') return;
  if (principal.kind === 'guest') {
    throw problems.unauthenticated('Send a staff key as "Authorization: Bearer <key>".');
  }
  if (!mayUse(principal, access.scope)) throw problems.forbidden(`This key lacks the scope ${access.scope}.`);
}
