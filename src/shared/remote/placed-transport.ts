import type { CallContext } from '../auth/index.ts';
import type { CallTransport } from '../calls/index.ts';
import type { Operation } from '../contract/index.ts';
import type { RemoteTransport } from './remote-transport.ts';

/** Calls a module where it runs: elsewhere if the configuration says where, else here. */
export class PlacedTransport implements CallTransport {
  readonly #local: CallTransport;
  readonly #remotes: readonly RemoteTransport[];

  /** The first of `remotes` that knows a module is asked. */
  constructor(local: CallTransport, remotes: readonly RemoteTransport[]) {
    this.#local = local;
    this.#remotes = remotes;
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const transport = this.#remotes.find((remote) => remote.knows(operation.contract)) ?? this.#local;
    return await transport.invoke(operation, input, call);
  }
}
