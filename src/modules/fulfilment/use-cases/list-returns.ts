import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Fulfilment } from '../contract/index.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';

type ListReturnsOperation = typeof Fulfilment.operations.listReturns;

export class ListReturns implements UseCase<ListReturnsOperation> {
  constructor(@inject(ReturnRepository) private readonly returns: ReturnRepository) {}

  async execute(
    filter: ParsedInputOf<ListReturnsOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<ListReturnsOperation>> {
    return await this.returns.list(work, filter);
  }
}
