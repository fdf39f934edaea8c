import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { problems } from '../../../shared/errors/index.ts';
import { decodeCursor, toPage, type Page } from '../../../shared/values/index.ts';
import type { Identity, StaffKey } from '../contract/index.ts';
import { StaffKeyRepository } from '../persistence/staff-key.repository.ts';

type List = typeof Identity.operations.listKeys;

export class ListKeys implements UseCase<List> {
  constructor(@inject(StaffKeyRepository) private readonly keys: StaffKeyRepository) {}

  async execute({ limit, cursor }: ParsedInputOf<List>, work: UnitOfWork): Promise<Page<StaffKey>> {
    const after = cursor === undefined ? '' : decodeCursor(cursor, 1)?.[0];
    // Postgres takes no NUL in a text, and no id has one.
    if (after === undefined || after.includes('\u0000')) {
      throw problems.invalidInput([
        { pointer: '/cursor', code: 'invalid_cursor', message: 'This is no cursor of this list.' },
      ]);
    }
    // One more than asked for says whether another page follows.
    const found = await this.keys.list(work, after, limit + 1);
    return toPage(
      found,
      limit,
      ({ id }) => [id],
      (key) => key,
    );
  }
}
