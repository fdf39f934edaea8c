import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import { Fulfilment, type Return } from '../contract/index.ts';
import { ReturnRepository } from '../persistence/return.repository.ts';

type CompleteReturnOperation = typeof Fulfilment.operations.completeReturn;

/** The last step of a return: money and goods are where they belong. */
export class CompleteReturn implements UseCase<CompleteReturnOperation> {
  constructor(@inject(ReturnRepository) private readonly returns: ReturnRepository) {}

  async execute({ returnId, refund }: ParsedInputOf<CompleteReturnOperation>, work: UnitOfWork): Promise<Return> {
    const completed = await this.returns.complete(work, returnId, refund);
    if (completed === undefined) return present(await this.returns.find(work, returnId), 'a return is never removed');
    const { orderId, lines } = completed;
    work.publish(Fulfilment.events.returnCompleted, { returnId, orderId, lines, refund });
    return completed;
  }
}
