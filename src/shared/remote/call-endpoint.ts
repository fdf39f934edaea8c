import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { decodeCall, encodeAnswer, encodeError, type CallTransport } from '../calls/index.ts';
import type { AnyContract, Operation } from '../contract/index.ts';
import { ContractError, problems, SystemFailure } from '../errors/index.ts';
import { GracefulServer } from '../http/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { minutes, seconds } from '../values/index.ts';
import { TokenRefused, type CallTokens } from './call-token.ts';
import { parsePushed, Publication, PushedEvent, type EventDoor } from './event-door.ts';
import { HEALTH_PATH } from './foreign-service.ts';

export const MAX_CALL_BYTES = 16_777_216;
/** Above the callers' own, see Peer. */
const KEEP_ALIVE_MS = seconds(60);
const REQUEST_TIMEOUT_MS = minutes(2);
/** Each process that calls has 128 for each module, at most. */
const MAX_CONNECTIONS = 16_384;
/** A call of an operation, an event for a module, an event of a module. */
const CALL_PATH = /^\/calls\/(?<id>(?<module>[a-z]+)\.[A-Za-z]+)$/;
const EVENT_PATH = /^\/events\/(?<module>[a-z]+)\/(?<id>[a-z]+\.[A-Za-z]+)$/;
const PUBLICATION_PATH = /^\/publications\/(?<id>(?<module>[a-z]+)\.[A-Za-z]+)$/;

const PATHS = [
  ['call', CALL_PATH],
  ['event', EVENT_PATH],
  ['publication', PUBLICATION_PATH],
] as const;

/** What a path asks for: `id` is the operation's or the event's. */
interface Asked {
  readonly kind: (typeof PATHS)[number][0];
  readonly module: string;
  readonly id: string;
}

interface Reply {
  readonly status: number;
  readonly json?: string;
  readonly text?: string;
}

const NO_CONTENT: Reply = { status: 204 };

/** This process is of a version that does not know the operation, or not what it is asked with. */
const NOT_KNOWN = 404;

/** A request that is turned away before anything was done. */
class TurnedAway extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface CallEndpointOptions {
  /** Of the modules that this process hosts. */
  readonly contracts: readonly AnyContract[];
  readonly calls: CallTransport;
  /** Absent: no events come in here. */
  readonly events?: EventDoor;
  readonly tokens: CallTokens;
  readonly logger: Logger;
}

/**
 * Where other processes of the installation call the modules of this one: a port of its own, never the public one.
 * States: made → listening → closing (see GracefulServer) → closed.
 */
export class CallEndpoint {
  readonly #options: CallEndpointOptions;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #server: GracefulServer;

  constructor(options: CallEndpointOptions) {
    this.#options = options;
    const operations = options.contracts.flatMap((contract) => Object.values<Operation>(contract.operations));
    this.#operations = new Map(operations.map((operation) => [operation.id, operation]));
    const server = createServer(
      { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      (request, response) => void this.#answer(request, response),
    );
    server.maxConnections = MAX_CONNECTIONS;
    this.#server = new GracefulServer(server);
  }

  /** Resolves to the port. Throws StartFailure. */
  async listen(port: number, host: string): Promise<number> {
    return await this.#server.listen(port, host, { port: 'BANYAN_INTERNAL_PORT', host: 'BANYAN_INTERNAL_HOST' });
  }

  /** Takes a connection that the supervisor of this process has accepted. */
  accept(socket: Socket): void {
    this.#server.accept(socket);
  }

  async close(limitMs: number): Promise<void> {
    await this.#server.close(limitMs);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, await this.#take(request, response));
    } catch (error) {
      const { logger } = this.#options;
      if (error instanceof TurnedAway) {
        logger.warn({ path: request.url, status: error.status, reason: error.message }, 'a call was turned away');
        // What the caller may know of it; why a token was refused is for our log alone.
        send(response, { status: error.status, text: error.status === 401 ? 'unauthorised' : error.message });
      } else if (error instanceof ContractError) {
        send(response, { status: error.status, json: JSON.stringify(error) });
      } else if (!request.destroyed) {
        logger.error({ err: error, path: request.url }, 'a call could not be answered');
        send(response, { status: 500, text: 'the call could not be answered' });
      }
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<Reply> {
    if (request.method === 'GET' && request.url === HEALTH_PATH) return { status: 200, text: 'well' };
    const asked = request.method === 'POST' ? readPath(request.url ?? '') : undefined;
    if (asked === undefined) throw new TurnedAway(404, 'no such call');
    const body = await readBody(request);
    const caller = this.#verify(request, { callee: asked.module, operation: asked.id }, body);
    const answer = this.#find(asked, caller);
    if (answer === undefined) throw new TurnedAway(NOT_KNOWN, `this process does not answer ${asked.id}`);
    // Whoever has gone meanwhile needs no answer, and may have asked another process by now.
    if (response.destroyed) throw new TurnedAway(503, 'the caller has gone');
    return await answer(body.toString());
  }

  /** How this process answers it. Undefined: it does not. */
  #find({ kind, module, id }: Asked, caller: string): ((text: string) => Promise<Reply>) | undefined {
    const { events } = this.#options;
    if (kind === 'call') {
      const operation = this.#operations.get(id);
      if (operation === undefined) return undefined;
      return async (text) => ({ status: 200, json: await this.#invoke(operation, caller, text) });
    }
    if (kind === 'event') {
      if (events?.hears(module, id) !== true) return undefined;
      return async (text) => {
        const event = parsePushed(PushedEvent, text);
        if (event.type !== id) throw new TurnedAway(401, 'the body is of another event');
        await events.hear(module, event);
        return NO_CONTENT;
      };
    }
    if (events?.publishes(module, id) !== true) return undefined;
    return async (text) => {
      const event = parsePushed(Publication, text);
      if (event.type !== id || caller !== module) throw new TurnedAway(401, 'the event is not the caller’s');
      await events.publish(module, event);
      return NO_CONTENT;
    };
  }

  #verify(request: IncomingMessage, claims: { callee: string; operation: string }, body: Buffer): string {
    try {
      const { tokens } = this.#options;
      return tokens.verify(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1], claims, body);
    } catch (error) {
      if (error instanceof TokenRefused) throw new TurnedAway(401, error.message);
      if (error instanceof SystemFailure) throw new TurnedAway(503, error.message);
      throw error;
    }
  }

  async #invoke(operation: Operation, caller: string, text: string): Promise<string> {
    let asked: unknown;
    try {
      const { operation: named, input, call } = decodeCall(text);
      if (named !== operation.id || call.caller !== caller) throw new TurnedAway(401, 'the body is of another call');
      asked = input;
      return encodeAnswer(await this.#options.calls.invoke(operation, input, call));
    } catch (error) {
      if (error instanceof TurnedAway) throw error;
      if (isUnknownInput(operation, asked, error)) throw new TurnedAway(NOT_KNOWN, unknownInput(operation, error));
      // The caller hears that it failed; where and why, the log of the process in which it did.
      if (!(error instanceof ContractError))
        this.#options.logger.error({ err: error, operation: operation.id }, 'a call failed');
      return encodeError(error);
    }
  }
}

/** The caller has parsed the input by its own contract: what does not fit ours was meant for another version. */
function isUnknownInput(operation: Operation, input: unknown, error: unknown): error is ContractError {
  const isRefusal = error instanceof ContractError && error.code === problems.invalidInput([]).code;
  return isRefusal && !operation.input.safeParse(input).success;
}

function unknownInput(operation: Operation, { faults = [] }: ContractError): string {
  const places = faults.map(({ pointer, message }) => `${pointer}: ${message}`);
  return `this version of ${operation.id} does not know what it is asked with (${places.join(' ')})`;
}

/** By its events, which cost a fraction of what iterating over a stream does. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return await new Promise((done, fail) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_CALL_BYTES) chunks.push(chunk);
      // The rest is read and dropped, so that the caller gets its answer.
      else chunks.length = 0;
    });
    request.once('end', () => {
      if (bytes > MAX_CALL_BYTES) fail(new TurnedAway(413, `a call has at most ${MAX_CALL_BYTES} bytes`));
      else done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes));
    });
    request.once('error', fail);
  });
}

function readPath(path: string): Asked | undefined {
  for (const [kind, pattern] of PATHS) {
    const { id, module } = pattern.exec(path)?.groups ?? {};
    if (id !== undefined && module !== undefined) return { kind, id, module };
  }
  return undefined;
}

function send(response: ServerResponse, { status, json, text = '' }: Reply): void {
  if (status === NO_CONTENT.status) {
    response.writeHead(status).end();
    return;
  }
  const body = json ?? text;
  const type = json === undefined ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
