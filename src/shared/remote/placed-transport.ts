import type { CallContext } from '../auth/index.ts';
import type { CallTransport } from '../calls/index.ts';
import type { Operation } from '../contract/index.ts';
import type { RemoteTransport } from './remote-transport.ts';

/** Calls a module where it runs: elsewhere if the configuration says where, else here. */
export class PlacedTransport implements CallTransport {
  readonly #local: CallTransport;
  readonly #remote: RemoteTransport;

  constructor(local: CallTransport, remote: RemoteTransport) {
    this.#local = local;
    this.#remote = remote;
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const transport = this.#remote.knows(operation.contract) ? this.#remote : this.#local;
    return await transport.invoke(operation, input, call);
  }
}
