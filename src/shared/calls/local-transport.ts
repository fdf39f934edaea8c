import type { CallContext } from '../auth/index.ts';
import type { Operation } from '../contract/index.ts';
import { invariant, present } from '../errors/index.ts';
import type { CallTransport } from './client.ts';
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
