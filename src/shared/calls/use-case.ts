import type { CallContext } from '../auth/index.ts';
import type { Operation, OutputOf, ParsedInputOf } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';

/**
 * What a module does for one operation. The pipeline opens the unit of work: for a command one transaction, for a
 * query a reader. It gets no call context, so it cannot call another module while it holds a transaction.
 */
export interface UseCase<Op extends Operation> {
  execute(input: ParsedInputOf<Op>, work: UnitOfWork): Promise<OutputOf<Op>>;
}

/**
 * A use case that calls other modules or the outside world. It opens its own transactions around its own effects,
 * so that none is held while somebody else is waited for. Repeated with the same input or key, it goes on where the
 * first one stopped.
 */
export interface Coordination<Op extends Operation> {
  coordinate(input: ParsedInputOf<Op>, call: CallContext): Promise<OutputOf<Op>>;
}

export type Implementation<Op extends Operation> = UseCase<Op> | Coordination<Op>;

export function isCoordination<Op extends Operation>(
  implementation: Implementation<Op>,
): implementation is Coordination<Op> {
  return 'coordinate' in implementation;
}
