import { createHash } from 'node:crypto';
import { newCallContext, system, type CallContext } from '../auth/index.ts';
import { claim, earlierOf, keepAnswer, type RequestKey } from '../calls/index.ts';
import { parseInput, type Envelope, type EventType } from '../contract/index.ts';
import type { UnitOfWork } from '../database/index.ts';
import { present } from '../errors/index.ts';
import type { EventDoor, Publication } from '../remote/index.ts';
import { seconds } from '../values/index.ts';
import type { HostedModule } from './hosted-module.ts';

const EVENT_LIMIT_MS = seconds(10);

/**
 * Events that come over HTTP instead of by the bus: those that a service in another language has to make known, and those
 * that somebody brings to a module as the bus brings them to such a service. Each id takes effect once: it is claimed in
 * the transaction of the effect, as the key of a command is.
 */
export class EventDesk implements EventDoor {
  readonly #modules = new Map<string, HostedModule>();
  readonly #foreign: ReadonlySet<string>;

  /** `foreign`: modules whose place services in other languages take. */
  constructor(foreign: ReadonlySet<string>) {
    this.#foreign = foreign;
  }

  host(name: string, module: HostedModule): void {
    this.#modules.set(name, module);
  }

  hears(module: string, type: string): boolean {
    return this.#modules.get(module)?.hearings.has(type) === true;
  }

  async hear(module: string, event: Envelope): Promise<void> {
    const { database, hearings } = this.#hosted(module);
    const call = contextOf(event);
    await database.transaction(call, async (work) => {
      const key = keyOf('heard', event.id, event.data);
      await once(work, key, async () => {
        for (const handle of hearings.get(event.type)?.handlers ?? []) await handle(event, work);
      });
    });
  }

  publishes(module: string, type: string): boolean {
    return this.#foreign.has(module) && this.#eventOf(module, type) !== undefined;
  }

  async publish(module: string, event: Publication): Promise<void> {
    const type = present(this.#eventOf(module, event.type), `${event.type} is an event of ${module}`);
    const data = parseInput(type.data, event.data, '/data');
    await this.#hosted(module).database.transaction(contextOf(event), async (work) => {
      const key = keyOf('published', event.id, event.data);
      await once(work, key, () => {
        work.publish(type, data);
      });
    });
  }

  #eventOf(module: string, type: string): EventType | undefined {
    const events = this.#modules.get(module)?.definition.contract.events ?? {};
    return Object.values(events).find((event) => event.type === type);
  }

  #hosted(module: string): HostedModule {
    return present(this.#modules.get(module), `${module} is hosted here`);
  }
}

/** A copy stops here, when its first has committed. */
async function once(work: UnitOfWork, key: RequestKey, act: () => Promise<void> | void): Promise<void> {
  if (await claim(work, key)) {
    await act();
    await keepAnswer(work, key, null);
  } else await earlierOf(work, key);
}

/** The same id with other data is refused, as a key is that comes with another request. */
function keyOf(scope: string, id: string, data: object): RequestKey {
  const requestHash = createHash('sha256').update(JSON.stringify(data)).digest('base64url');
  return { scope: `event ${scope}`, key: id, requestHash };
}

function contextOf(event: Publication | Envelope): CallContext {
  const { traceparent, correlationid } = event;
  return newCallContext({
    caller: 'bus',
    principal: system(`event:${event.type}`),
    deadlineMs: Date.now() + EVENT_LIMIT_MS,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(correlationid === undefined ? {} : { correlationId: correlationid }),
    // What follows from an event that is heard is caused by it.
    causationId: 'sequence' in event ? event.id : event.causationid,
  });
}
