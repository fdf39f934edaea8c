import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { days } from '../../../shared/values/index.ts';
import type { Identity } from '../contract/index.ts';
import { StaffKeyRepository } from '../persistence/staff-key.repository.ts';

/** How long a repeated request may still need the token. */
const REPEATABLE_MS = days(1);

export class ForgetSecrets implements UseCase<typeof Identity.operations.forgetSecrets> {
  constructor(@inject(StaffKeyRepository) private readonly keys: StaffKeyRepository) {}

  async execute(_input: object, work: UnitOfWork): Promise<void> {
    await this.keys.forgetSalts(work, REPEATABLE_MS);
  }
}
