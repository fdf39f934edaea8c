import { StartFailure } from '../errors/index.ts';

/**
 * What a process does for the modules that it hosts. `http`: answers requests and other processes' calls. `sagas`:
 * carries on business processes. `subscribers`: handles events and schedules. Whatever it does, what it publishes is sent.
 */
export const ROLES = ['http', 'sagas', 'subscribers'] as const;
export type Role = (typeof ROLES)[number];

/** From a list such as `sagas,subscribers`; absent: all. Throws StartFailure. */
export function readRoles(text: string | undefined): ReadonlySet<Role> {
  if (text === undefined) return new Set(ROLES);
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const known = ROLES.filter((role) => names.includes(role));
  if (known.length === 0 || names.some((name) => !ROLES.some((role) => role === name))) {
    throw new StartFailure(`BANYAN_ROLES is "${text}"; it takes one or several of ${ROLES.join(', ')}.`);
  }
  return new Set(known);
}
