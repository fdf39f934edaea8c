import { inject } from 'inversify';
import { nameOf } from '../../../shared/auth/index.ts';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Identity } from '../contract/index.ts';
import { StaffKeyRepository } from '../persistence/staff-key.repository.ts';

type Revoke = typeof Identity.operations.revokeKey;

/** Whoever may write keys may revoke any of them: what leaked must be stoppable by whoever notices. */
export class RevokeKey implements UseCase<Revoke> {
  constructor(@inject(StaffKeyRepository) private readonly keys: StaffKeyRepository) {}

  async execute({ keyId }: ParsedInputOf<Revoke>, work: UnitOfWork): Promise<void> {
    const exists = await this.keys.revoke(work, keyId, nameOf(work.context.principal));
    if (!exists) throw Identity.errors.keyNotFound({ keyId });
  }
}
