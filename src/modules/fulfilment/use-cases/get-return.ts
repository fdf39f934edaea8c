import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';

type GetReturnOperation = typeof Fulfilment.operations.getReturn;

export class GetReturn implements UseCase<GetReturnOperation> {
  constructor(@inject(ReturnRepository) private readonly returns: ReturnRepository) {}

  async execute(
    { returnId }: ParsedInputOf<GetReturnOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<GetReturnOperation>> {
    const found = await this.returns.find(work, returnId);
    if (found === undefined) throw Fulfilment.errors.returnNotFound({ returnId });
    return found;
  }
}
