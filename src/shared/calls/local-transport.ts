import type { CallContext } from '../auth/index.ts';
import type { Operation } from '../contract/index.ts';
import { parseInput } from '../contract/index.ts';
import { invariant, present } from '../errors/index.ts';
import type { CallTransport } from './client.ts';
import { decodeAnswer, decodeCall, encodeAnswer, encodeCall, encodeError } from './codec.ts';
import type { Pipeline } from './pipeline.ts';

/** Calls modules of the same process: straight into their pipeline. */
export class LocalTransport implements CallTransport {
  readonly #pipelines = new Map<string, Pipeline>();

  host(module: string, pipeline: Pipeline): void {
    invariant(!this.#pipelines.has(module), `${module} is hosted twice`);
    this.#pipelines.set(module, pipeline);
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const pipeline = present(this.#pipelines.get(operation.contract), `${operation.contract} is not hosted here`);
    return await pipeline.invoke(operation, input, call);
  }
}

/**
 * Calls modules of the same process as if they were in another one: everything becomes text and is read back. What
 * works through it does not depend on shared objects.
 */
export class CodecTransport implements CallTransport {
  readonly #local: LocalTransport;
  readonly #operations = new Map<string, Operation>();

  constructor(local: LocalTransport, operations: Iterable<Operation>) {
    this.#local = local;
    for (const operation of operations) this.#operations.set(operation.id, operation);
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const output = decodeAnswer(await this.#answer(encodeCall(operation.id, parseInput(operation.input, input), call)));
    return operation.output.parse(output);
  }

  async #answer(request: string): Promise<string> {
    try {
      const { operation: id, input, call } = decodeCall(request);
      const operation = present(this.#operations.get(id), `there is no operation ${id}`);
      return encodeAnswer(await this.#local.invoke(operation, input, call));
    } catch (error) {
      return encodeError(error);
    }
  }
}
