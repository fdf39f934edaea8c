import { createHash } from 'node:crypto';
import { nameOf, type CallContext } from '../auth/index.ts';
import { withoutDefaults, type Operation } from '../contract/index.ts';
import { isUniqueViolation, type UnitOfWork } from '../database/index.ts';
import { ContractError, present, problems, type ContractErrorFields } from '../errors/index.ts';
import { guarded } from '../telemetry/index.ts';

/** What stands under a key: the answer, or the saga that will give it. */
export type EarlierRequest =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly error: ContractError }
  | { readonly kind: 'saga'; readonly sagaId: string };

interface KeyRow {
  requestHash: string;
  sagaId: string | null;
  failed: boolean;
  answer: unknown;
}

/** The place of one request among all keys: whose key it is, for which operation, and what was asked. */
export interface RequestKey {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
}

/** Without defaults, so that a repeat is known again by a version in which a field with a default has come to it. */
export function requestKey(operation: Operation, input: unknown, call: CallContext): RequestKey | undefined {
  if (call.idempotencyKey === undefined) return undefined;
  const asked = JSON.stringify(withoutDefaults(operation.input, input));
  return {
    scope: `${nameOf(call.principal)} ${call.caller} ${operation.id}`,
    key: call.idempotencyKey,
    requestHash: createHash('sha256').update(asked).digest('base64url'),
  };
}

/**
 * Claims a key in the transaction of its effect. True: the key is ours. False: an earlier request has it. A
 * concurrent claim waits here until the other transaction has ended.
 */
export async function claim(work: UnitOfWork, key: RequestKey, sagaId: string | null = null): Promise<boolean> {
  if (!guarded('idempotency claim')) return true;
  const claimed = await work.run(
    `insert into idempotency_keys (scope, key, request_hash, saga_id) values ($1, $2, $3, $4) on conflict do nothing`,
    [key.scope, key.key, key.requestHash, sagaId],
  );
  return claimed === 1;
}

/** Keeps the answer with the claim, in the same transaction. */
export async function keepAnswer(work: UnitOfWork, key: RequestKey, answer: unknown): Promise<void> {
  await work.run('update idempotency_keys set answer = $3 where scope = $1 and key = $2', [
    key.scope,
    key.key,
    JSON.stringify(answer ?? null),
  ]);
}

/** Refusals of the key itself are not kept under it. */
export function isAboutKeys(error: ContractError): boolean {
  return error.code.startsWith('idempotency.');
}

/** Keeps a refusal, after the transaction that it rolled back: the same key gets the same answer. */
export async function keepRefusal(work: UnitOfWork, key: RequestKey, error: ContractError): Promise<void> {
  try {
    await work.run(
      `insert into idempotency_keys (scope, key, request_hash, failed, answer) values ($1, $2, $3, true, $4)
       on conflict do nothing`,
      [key.scope, key.key, key.requestHash, JSON.stringify(error)],
    );
  } catch (failure) {
    if (!isUniqueViolation(failure, 'idempotency_keys_pkey')) throw failure;
  }
}

/** The earlier request under this key. Throws when it was another request, or has no answer yet. */
export async function findEarlier(work: UnitOfWork, key: RequestKey): Promise<EarlierRequest | undefined> {
  const row = await work.row<KeyRow>(
    `select request_hash as "requestHash", saga_id as "sagaId", failed, answer
     from idempotency_keys where scope = $1 and key = $2`,
    [key.scope, key.key],
  );
  if (row === undefined) return undefined;
  if (row.requestHash !== key.requestHash) throw problems.idempotencyKeyReused();
  if (row.sagaId !== null) return { kind: 'saga', sagaId: row.sagaId };
  if (row.failed) return { kind: 'refused', error: new ContractError(row.answer as ContractErrorFields) };
  return { kind: 'answered', answer: row.answer };
}

/** As findEarlier, where the claim has just been refused, so that the earlier request must be there. */
export async function earlierOf(work: UnitOfWork, key: RequestKey): Promise<EarlierRequest> {
  return present(await findEarlier(work, key), 'a key that cannot be claimed belongs to an earlier request');
}
