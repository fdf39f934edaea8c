import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel';
import type { CallContext } from '../auth/index.ts';
import { decodeAnswer, encodeCall, type CallTransport } from '../calls/index.ts';
import { parseInput, readTolerantly, withoutDefaults, type Operation } from '../contract/index.ts';
import { present, SystemFailure } from '../errors/index.ts';
import { backoffMs } from '../values/index.ts';
import type { CallTokens } from './call-token.ts';
import { NotKnown, Peer, Unanswered } from './peer.ts';

/** Of one call, over all addresses of its module, inside its deadline. */
const MAX_ATTEMPTS = 4;
const RETRY_BASE_MS = 20;
const RETRY_CAP_MS = 500;
/** The other side gives up this much earlier, so that it can still say so. */
const HOP_MS = 20;
/** Calls to one module at the same time, and those that wait for their turn. A module that hangs takes no more of us. */
const CALLS_AT_ONCE = 128;
const WAITING_CALLS = 1_024;

export interface RemoteTransportOptions {
  /** Where each module answers, by its name: one address or several. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly tokens: CallTokens;
}

interface Module {
  readonly peers: readonly Peer[];
  readonly bulkhead: BulkheadPolicy;
  /** Which address is asked first; the next call asks the next one. */
  turn: number;
}

/**
 * Calls modules in other processes, over HTTP. What the other side refuses arrives as the same error; what the network
 * does is a SystemFailure that says whether the work may have happened. Queries, and commands that are safe to repeat,
 * are repeated at another address or a moment later, as long as somebody waits.
 */
export class RemoteTransport implements CallTransport {
  readonly #modules = new Map<string, Module>();
  readonly #tokens: CallTokens;

  constructor({ addresses, tokens }: RemoteTransportOptions) {
    this.#tokens = tokens;
    for (const [module, urls] of addresses) {
      // Connections of its own for each module: a call that waits for others must not hold what those need.
      const peers = urls.map((url) => new Peer(url, CALLS_AT_ONCE));
      this.#modules.set(module, { peers, bulkhead: bulkhead(CALLS_AT_ONCE, WAITING_CALLS), turn: 0 });
    }
  }

  knows(module: string): boolean {
    return this.#modules.has(module);
  }

  async invoke(operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const module = present(this.#modules.get(operation.contract), `nobody knows where ${operation.contract} runs`);
    return await this.#invoke(module, operation, input, call);
  }

  /** Ways to the processes that host these modules, each once, for what every process answers. */
  processesOf(modules: readonly string[]): CallTransport[] {
    const known = modules.flatMap((name) => this.#modules.get(name) ?? []);
    const byAddress = new Map(known.map((module) => [module.peers.map(({ address }) => address).join(' '), module]));
    return [...byAddress.values()].map((module) => ({
      invoke: (operation, input, call) => this.#invoke(module, operation, input, call),
    }));
  }

  async close(): Promise<void> {
    const peers = [...this.#modules.values()].flatMap((module) => module.peers);
    await Promise.all(peers.map((peer) => peer.close()));
  }

  async #invoke(module: Module, operation: Operation, input: unknown, call: CallContext): Promise<unknown> {
    const parsed = withoutDefaults(operation.input, parseInput(operation.input, input));
    let answer: string;
    try {
      answer = await module.bulkhead.execute(() => this.#ask(module, operation, parsed, call));
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      const message = `${WAITING_CALLS} calls wait for ${operation.contract}, and it takes no more`;
      throw new SystemFailure(message, { mayHaveHappened: false, cause: error });
    }
    return readAnswer(operation, decodeAnswer(answer));
  }

  async #ask(module: Module, operation: Operation, input: unknown, call: CallContext): Promise<string> {
    let mayHaveHappened = false;
    for (let attempt = 1; ; attempt += 1) {
      if (Date.now() >= call.deadlineMs) {
        throw new SystemFailure(`${operation.id} found nobody to answer it in time`, { mayHaveHappened });
      }
      try {
        return await this.#askOnce(chooseOf(module), operation, input, call);
      } catch (error) {
        if (!(error instanceof SystemFailure)) throw error;
        mayHaveHappened ||= error.mayHaveHappened;
        if (attempt >= MAX_ATTEMPTS || (mayHaveHappened && !isRepeatable(operation, call))) {
          throw new SystemFailure(error.message, { mayHaveHappened, cause: error });
        }
        // Another address is asked at once, the only one after a pause.
        const isElsewhere = error instanceof Unanswered || error instanceof NotKnown;
        const isNext = isElsewhere && attempt < module.peers.length;
        if (!isNext)
          await pause(Math.min(backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS), call.deadlineMs - Date.now()));
      }
    }
  }

  /** The time left and the token are of this attempt. */
  async #askOnce(peer: Peer, operation: Operation, input: unknown, call: CallContext): Promise<string> {
    const body = encodeCall(operation.id, input, call, call.deadlineMs - Date.now() - HOP_MS);
    const claims = { caller: call.caller, callee: operation.contract, operation: operation.id };
    return await peer.post(`/calls/${operation.id}`, body, this.#tokens.sign(claims, body), call.deadlineMs);
  }
}

/** In turn, those that have failed again and again only where there is no other. */
function chooseOf(module: Module): Peer {
  const { peers } = module;
  const first = module.turn;
  module.turn = (first + 1) % peers.length;
  const inTurn = peers.map((_, index) => present(peers[(first + index) % peers.length], 'a module has an address'));
  return present(inTurn.find(({ isTrusted }) => isTrusted) ?? inTurn[0], 'a module has an address');
}

/** A process of another version may promise less than ours. Whether it did what was asked, it has not said. */
function readAnswer(operation: Operation, answer: unknown): unknown {
  try {
    return readTolerantly(operation.output, answer);
  } catch (error) {
    const message = `${operation.id} answered what the contract of this version does not promise`;
    throw new SystemFailure(message, { mayHaveHappened: operation.kind === 'command', cause: error });
  }
}

function isRepeatable(operation: Operation, call: CallContext): boolean {
  return operation.kind === 'query' || operation.repeat === 'natural' || call.idempotencyKey !== undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
