import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Fulfilment } from '../contract/index.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';

type RefuseReturnOperation = typeof Fulfilment.operations.refuseReturn;

/** The end of a return whose money could not be given back: it keeps the reason, and its pieces can be returned anew. */
export class RefuseReturn implements UseCase<RefuseReturnOperation> {
  constructor(@inject(ReturnRepository) private readonly returns: ReturnRepository) {}

  async execute({ returnId, code }: ParsedInputOf<RefuseReturnOperation>, work: UnitOfWork): Promise<void> {
    await this.returns.refuse(work, returnId, code);
  }
}
