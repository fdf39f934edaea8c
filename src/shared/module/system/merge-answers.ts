import type { OutputOf, ParsedInputOf } from '../../contract/index.ts';
import type { System } from './system.contract.ts';

type Operations = typeof System.operations;
type Merge<Name extends keyof Operations> = (
  parts: readonly OutputOf<Operations[Name]>[],
  input: ParsedInputOf<Operations[Name]>,
) => OutputOf<Operations[Name]>;

/** How answers over some modules each become the one over all of them: lists in their order, up to their limit. */
export const mergeAnswers = {
  listModules: ((parts) => {
    const [first] = parts;
    const hosted = parts.flatMap(({ items }) => items.filter((item) => item.hosted));
    return { items: (first?.items ?? []).map((item) => hosted.find(({ name }) => name === item.name) ?? item) };
  }) satisfies Merge<'listModules'>,
  listSagas: ((parts, { limit }) => {
    const items = parts.flatMap((part) => part.items);
    return { items: items.sort((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, limit) };
  }) satisfies Merge<'listSagas'>,
  listDeadLetters: ((parts, { limit }) => {
    const items = parts.flatMap((part) => part.items);
    return { items: items.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt)).slice(0, limit) };
  }) satisfies Merge<'listDeadLetters'>,
  listQuarantined: ((parts, { limit }) => {
    const items = parts.flatMap((part) => part.items);
    return { items: items.sort((a, b) => a.createdAt.localeCompare(b.createdAt)).slice(0, limit) };
  }) satisfies Merge<'listQuarantined'>,
  listActions: ((parts, { limit }) => {
    const items = parts.flatMap((part) => part.items);
    return { items: items.sort((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id)).slice(0, limit) };
  }) satisfies Merge<'listActions'>,
  audit: ((parts) => ({
    holds: parts.every(({ holds }) => holds),
    items: parts.flatMap(({ items }) => items),
  })) satisfies Merge<'audit'>,
} as const;
