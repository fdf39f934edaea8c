import type { CallContext } from '../../auth/index.ts';
import type { CallTransport, Implementation } from '../../calls/index.ts';
import type { Operation } from '../../contract/index.ts';
import { ContractError, present } from '../../errors/index.ts';
import { mergeAnswers } from './merge-answers.ts';
import type { SystemDesk } from './system-desk.ts';
import { System } from './system.contract.ts';

/** To the modules of one process, this one or another. */
type Ask = () => Promise<unknown>;

interface AllDesksOptions {
  readonly own: SystemDesk;
  /** To each of the other processes that host modules; replicas of one are one. */
  readonly others: readonly CallTransport[];
}

/** What a desk says of something that another process may have. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  [
    System.errors.sagaNotFound({ sagaId: '' }),
    System.errors.deadLetterNotFound({ eventId: '' }),
    System.errors.quarantinedNotFound({ eventId: '', subscriber: '' }),
    System.errors.moduleNotHosted({ module: '' }),
  ].map(({ code }) => code),
);

/**
 * The operator's questions over all processes: each desk answers for the modules that its process hosts. What another
 * process's desk asks is answered by this one's alone. A process that does not answer fails the question: a list that
 * lacks something without saying so would be worse than none.
 */
export class AllDesks {
  readonly #options: AllDesksOptions;

  constructor(options: AllDesksOptions) {
    this.#options = options;
  }

  implementationOf(operation: Operation): Implementation<Operation> {
    return { coordinate: (input, call) => this.#answer(operation, input, call) };
  }

  async #answer(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const { own, others } = this.#options;
    const askOwn: Ask = () => own.answer(operation, input, call);
    if (call.caller === System.name || others.length === 0) return await askOwn();
    const further = others.map(
      (desk): Ask =>
        () =>
          desk.invoke(operation, input, { ...call, caller: System.name }),
    );
    const desks = [askOwn, ...further];
    const merge = mergeOf(operation, input);
    if (merge === undefined) return await askInTurn(desks);
    return merge((await Promise.all(desks.map((ask) => ask()))) as never, input as never);
  }
}

/** Undefined: the answer is of the one process that has what is asked for. */
function mergeOf({ name }: Operation, input: unknown) {
  const isOfOneModule = name === 'listDeadLetters' && (input as { module?: string }).module !== undefined;
  return isOfOneModule || !(name in mergeAnswers) ? undefined : mergeAnswers[name as keyof typeof mergeAnswers];
}

async function askInTurn(desks: readonly Ask[]): Promise<unknown> {
  let notHere: ContractError | undefined;
  for (const ask of desks) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ContractError) || !ELSEWHERE.has(error.code)) throw error;
      notHere ??= error;
    }
  }
  throw present(notHere, 'there is at least one desk');
}
