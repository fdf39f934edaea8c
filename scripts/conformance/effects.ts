import type { Operation } from '../../src/shared/contract/index.ts';
import { expectThat } from './check.ts';
import type { ServiceClient } from './service-client.ts';
import type { Subject } from './subject.ts';

/** As many as a page may have, so that what is new is not on the next one. */
const LARGE_PAGE = { limit: 100 };

/** What a service lets be seen of its effects: the answers of all queries that need no input. */
export class Effects {
  readonly #client: ServiceClient;
  readonly #queries: readonly { readonly operation: Operation; readonly input: object }[];

  constructor(client: ServiceClient, { operations }: Subject) {
    this.#client = client;
    this.#queries = operations.flatMap((operation) => {
      if (operation.kind !== 'query') return [];
      const input = [LARGE_PAGE, {}].find((each) => operation.input.safeParse(each).success);
      return input === undefined ? [] : [{ operation, input }];
    });
  }

  /** Two looks are equal where nothing has happened in between. */
  async look(): Promise<string> {
    const seen: unknown[] = [];
    for (const { operation, input } of this.#queries) {
      const outcome = await this.#client.call(operation, input);
      if (outcome.kind === 'answer')
        expectThat(operation.output.safeParse(outcome.output).success, shapeFault(operation));
      seen.push(outcome);
    }
    return JSON.stringify(seen);
  }

  /** Throws when another `act` changes what the last one left. */
  async expectNone(act: () => Promise<unknown>, what: string): Promise<void> {
    const before = await this.look();
    await act();
    const after = await this.look();
    if (before !== after) throw new Error(`${what} had an effect of its own: ${difference(before, after)}`);
  }
}

const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 160;

/** Where the later text begins to differ. */
function difference(before: string, after: string): string {
  let at = 0;
  while (at < after.length && before[at] === after[at]) at += 1;
  return `…${after.slice(Math.max(0, at - SHOWN_BEFORE), at + SHOWN_AFTER)}…`;
}

function shapeFault({ name }: Operation): string {
  return `${name} answers another shape than the contract’s`;
}
