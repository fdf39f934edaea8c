import { z } from 'zod';
import { newCallContext, system, type CallContext } from '../../auth/index.ts';
import type { CallTransport } from '../../calls/index.ts';
import { command, defineContract, query, type Operation } from '../../contract/index.ts';
import { ContractError } from '../../errors/index.ts';
import { createLogger } from '../../telemetry/index.ts';
import { seconds } from '../../values/index.ts';
import { CallEndpoint } from '../call-endpoint.ts';
import { CallTokens } from '../call-token.ts';
import { RemoteTransport } from '../remote-transport.ts';

const Wish = z.strictObject({ name: z.string().min(1), tags: z.array(z.string()).optional() });
const Answer = z.object({ name: z.string(), times: z.int() });

export const Desk = defineContract('desk', {
  operations: {
    look: query(Wish, Answer),
    book: command(Wish, Answer, { repeat: 'natural' }),
    sell: command(Wish, Answer),
  },
});

export const DESK_SECRET = 'the secret of a desk in tests';
const STOP_LIMIT_MS = 2_000;

/** What a desk does about a call, after it has counted it. Default: it answers. */
export type Deed = (input: z.output<typeof Wish>, call: CallContext) => Promise<void> | void;

/** A process that hosts the desk, on a port of its own. */
export class DeskProcess implements CallTransport {
  readonly url: string;
  readonly endpoint: CallEndpoint;
  readonly heard: { operation: string; name: string; call: CallContext }[] = [];
  deed: Deed = () => undefined;

  private constructor(endpoint: CallEndpoint, url: string) {
    this.endpoint = endpoint;
    this.url = url;
  }

  static async start(port = 0): Promise<DeskProcess> {
    const desks: DeskProcess[] = [];
    const endpoint = new CallEndpoint({
      contracts: [Desk],
      calls: { invoke: async (...asked) => await desks[0]?.invoke(...asked) },
      tokens: new CallTokens(DESK_SECRET),
      logger: createLogger('silent'),
    });
    const desk = new DeskProcess(endpoint, `http://127.0.0.1:${await endpoint.listen(port, '127.0.0.1')}`);
    desks.push(desk);
    return desk;
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const wish = Wish.parse(input);
    this.heard.push({ operation: operation.name, name: wish.name, call });
    await this.deed(wish, call);
    return { name: wish.name, times: this.heard.length };
  }

  async stop(): Promise<void> {
    await this.endpoint.close(STOP_LIMIT_MS);
  }
}

export function callersOf(...urls: string[]): RemoteTransport {
  return new RemoteTransport({ addresses: new Map([[Desk.name, urls]]), tokens: new CallTokens(DESK_SECRET) });
}

export function callContext(fields: Partial<CallContext> = {}): CallContext {
  return newCallContext({
    caller: 'lobby',
    principal: system('tests'),
    deadlineMs: Date.now() + seconds(5),
    ...fields,
  });
}

export function soldOut(name: string): ContractError {
  return new ContractError({ code: 'desk.sold_out', status: 409, title: 'Sold out', details: { name } });
}
