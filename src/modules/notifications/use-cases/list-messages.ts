import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Notifications } from '../contract/index.ts';
import { MessageReader } from '../persistence/message.reader.ts';

type Operation = typeof Notifications.operations.listMessages;

export class ListMessages implements UseCase<Operation> {
  constructor(@inject(MessageReader) private readonly messages: MessageReader) {}

  async execute(filter: ParsedInputOf<Operation>, work: UnitOfWork): Promise<OutputOf<Operation>> {
    return await this.messages.list(work, filter);
  }
}
