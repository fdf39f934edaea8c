import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Posting } from '../domain/posting.ts';
import { entriesJson, postEntries } from './post-entries.ts';

export class LedgerRepository {
  /** Books what concerns no payment of ours. Repeated, it changes nothing: a transaction is booked once. */
  async post(work: UnitOfWork, posting: Posting): Promise<void> {
    await work.run(`${postEntries('$1', 'true')} on conflict (id) do nothing`, [entriesJson(posting)]);
  }
}
