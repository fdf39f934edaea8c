import { newCallContext, system, type CallContext } from '../../src/shared/auth/index.ts';
import {
  decodeAnswer,
  decodeCall,
  EDGES,
  encodeAnswer,
  encodeCall,
  encodeError,
  LocalTransport,
  Pipeline,
  type CallTransport,
} from '../../src/shared/calls/index.ts';
import { parseInput, type AnyContract, type Operation } from '../../src/shared/contract/index.ts';
import { CallEndpoint, CallTokens, RemoteTransport } from '../../src/shared/remote/index.ts';
import { createLogger } from '../../src/shared/telemetry/index.ts';
import { seconds } from '../../src/shared/values/index.ts';

const SECRET = 'the secret of three ways in tests';
const STOP_LIMIT_MS = 2_000;
const DEADLINE_MS = seconds(20);

/** What a module that stands in for the real one does with the next calls. */
export type Deed = (operation: Operation, input: unknown) => unknown;

/** One module behind each way of calling it: in this process, through text, and over the network. */
export class ThreeWays {
  readonly ways: Readonly<Record<'local' | 'codec' | 'remote', CallTransport>>;
  deed: Deed = () => undefined;
  readonly #endpoint: CallEndpoint;
  readonly #remote: RemoteTransport;

  private constructor(local: LocalTransport, endpoint: CallEndpoint, remote: RemoteTransport) {
    this.#endpoint = endpoint;
    this.#remote = remote;
    this.ways = { local, codec: { invoke: (...asked) => throughText(local, ...asked) }, remote };
  }

  static async open(contracts: readonly AnyContract[]): Promise<ThreeWays> {
    const local = new LocalTransport();
    const opened: ThreeWays[] = [];
    const implementationOf = (operation: Operation) => ({
      coordinate: async (input: unknown) => await opened[0]?.deed(operation, input),
    });
    for (const { name } of contracts) local.host(name, new Pipeline({ implementationOf, callers: new Set(EDGES) }));
    const tokens = new CallTokens(SECRET);
    const endpoint = new CallEndpoint({ contracts, calls: local, tokens, logger: createLogger('silent') });
    const url = `http://127.0.0.1:${await endpoint.listen(0, '127.0.0.1')}`;
    const addresses = new Map(contracts.map(({ name }) => [name, [url]]));
    const ways = new ThreeWays(local, endpoint, new RemoteTransport({ addresses, tokens: new CallTokens(SECRET) }));
    opened.push(ways);
    return ways;
  }

  async close(): Promise<void> {
    await this.#remote.close();
    await this.#endpoint.close(STOP_LIMIT_MS);
  }
}

export function testCall(fields: Partial<CallContext> = {}): CallContext {
  const deadlineMs = Date.now() + DEADLINE_MS;
  return newCallContext({ caller: 'http', principal: system('tests'), deadlineMs, ...fields });
}

/** A call whose input and answer are JSON on their way, without a network in between. */
async function throughText(
  local: LocalTransport,
  operation: Operation,
  input: unknown,
  call: CallContext,
): Promise<unknown> {
  const asked = decodeCall(encodeCall(operation.id, parseInput(operation.input, input), call));
  const text = await local.invoke(operation, asked.input, asked.call).then(encodeAnswer, encodeError);
  return operation.output.parse(decodeAnswer(text));
}
