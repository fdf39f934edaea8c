import type { CallContext } from '../auth/index.ts';
import type { AnyContract, InputOf, Operation, OutputOf } from '../contract/index.ts';

/** Carries a call to the module that answers it, wherever that runs. */
export interface CallTransport {
  invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown>;
}

/** A contract's operations as functions: `client.quoteCart(input, call)`. */
export type Client<Known extends AnyContract> = {
  readonly [Name in keyof Known['operations']]: (
    input: InputOf<Known['operations'][Name]>,
    call: CallContext,
  ) => Promise<OutputOf<Known['operations'][Name]>>;
};

/** The client of `contract` for the module `caller`, which signs its calls with its name. */
export function createClient<Known extends AnyContract>(
  contract: Known,
  caller: string,
  transport: CallTransport,
): Client<Known> {
  const methods = Object.entries(contract.operations).map(([name, operation]) => [
    name,
    (input: unknown, call: CallContext) =>
      transport.invoke(operation, input, { ...call, caller, idempotencyKey: undefined }),
  ]);
  return Object.fromEntries(methods) as Client<Known>;
}

/** Under which a module's container holds its client of another module. */
export function clientOf(contract: AnyContract): symbol {
  return Symbol.for(`banyan.client.${contract.name}`);
}
