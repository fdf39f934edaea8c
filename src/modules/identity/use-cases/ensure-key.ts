import { inject } from 'inversify';
import { nameOf } from '../../../shared/auth/index.ts';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Identity, StaffKey } from '../contract/index.ts';
import { hashToken } from '../domain/staff-token.ts';
import { StaffKeyRepository } from '../persistence/staff-key.repository.ts';

type Ensure = typeof Identity.operations.ensureKey;

/** Changing the token in the configuration is how it is rotated: the key with the one before ends at that start. */
export class EnsureKey implements UseCase<Ensure> {
  constructor(@inject(StaffKeyRepository) private readonly keys: StaffKeyRepository) {}

  async execute({ name, token, scopes }: ParsedInputOf<Ensure>, work: UnitOfWork): Promise<StaffKey> {
    const actor = nameOf(work.context.principal);
    const tokenHash = hashToken(token);
    const key = await this.keys.upsertConfigured(work, { id: newId('key'), name, scopes, tokenHash, createdBy: actor });
    await this.keys.revokeOtherConfigured(work, key, actor);
    return key;
  }
}
