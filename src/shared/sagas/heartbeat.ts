import type { SagaCalls } from './saga-calls.ts';
import type { SagaEnvironment } from './saga-environment.ts';
import type { SagaRow } from './saga-store.ts';

/** Beats in one lease: two may be lost before another process takes the saga over. */
const BEATS_PER_LEASE = 3;

/**
 * Renews the lease of a saga while its owner is at work on it: long steps would outlive it, and short ones end before
 * the first beat and cost nothing. Returns what stops it.
 */
export function startHeartbeat(environment: SagaEnvironment, row: SagaRow, calls: SagaCalls): () => void {
  const { database, store, leaseMs, logger } = environment;
  const timer = setInterval(() => {
    database
      .transaction(calls.context('heartbeat'), (work) => store.renew(work, row.id, row.epoch, leaseMs))
      .catch((error: unknown) => {
        logger.warn({ err: error, sagaId: row.id }, 'a lease was not renewed');
      });
  }, leaseMs / BEATS_PER_LEASE);
  return () => {
    clearInterval(timer);
  };
}
