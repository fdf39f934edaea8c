import { inject } from 'inversify';
import type { Principal } from '../../../shared/auth/index.ts';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Identity } from '../contract/index.ts';
import { hashToken } from '../domain/staff-token.ts';
import { StaffKeyRepository } from '../persistence/staff-key.repository.ts';

type AuthenticateOperation = typeof Identity.operations.authenticate;

export class Authenticate implements UseCase<AuthenticateOperation> {
  constructor(@inject(StaffKeyRepository) private readonly keys: StaffKeyRepository) {}

  async execute({ token }: ParsedInputOf<AuthenticateOperation>, work: UnitOfWork): Promise<Principal | null> {
    const key = await this.keys.findValid(work, hashToken(token));
    return key === undefined ? null : { kind: 'staff', id: key.id, scopes: key.scopes };
  }
}
