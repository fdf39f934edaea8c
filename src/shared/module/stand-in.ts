import type { CallTransport, Coordination } from '../calls/index.ts';
import type { CallContext } from '../auth/index.ts';
import type { Operation } from '../contract/index.ts';
import type { ForeignService } from '../remote/index.ts';
import type { Constructor, HeardEvent, ModuleDefinition, Subscriber, Subscription } from './define-module.ts';

/** An event at a time: what was sent cannot be rolled back, so that a batch that fails would send it all again. */
const BATCH_LIMIT = 1;

/**
 * What is hosted for a module whose place a service in another language takes. It has the module's inbox and outbox, and
 * nothing else: an event is handled when the service has taken it, and an operation is the service's to answer. So the
 * bus's guarantees end at the service's door, and operators see its events as they see any module's.
 */
export function standInFor(
  definition: ModuleDefinition,
  { service, calls }: { service: ForeignService; calls: CallTransport },
): ModuleDefinition {
  const { contract, subscriptions, sagas, schedules, routes } = definition;
  const heard = [
    ...subscriptions,
    ...sagas.flatMap(({ wakeUps }) => wakeUps.map(({ event }) => ({ event, from: 'now' as const }))),
  ];
  const forward = forwardTo(service);
  const types = new Map(heard.map(({ event }) => [event.type, event]));
  return {
    contract,
    // Whom the service calls is its own business; it does so like every caller from outside.
    knows: [],
    provides: [],
    operations: Object.fromEntries(
      Object.values(contract.operations).map((operation) => [operation.name, passOn(operation, calls)]),
    ),
    subscriptions: [...types.values()].map((event): Subscription => {
      const from = heard.some((each) => each.event === event && each.from === 'beginning') ? 'beginning' : 'now';
      return { event, subscriber: forward, from };
    }),
    sagas: [],
    schedules,
    routes,
    audits: [],
    batchLimit: BATCH_LIMIT,
    fault: () => service.fault(),
  };
}

function forwardTo(service: ForeignService): Constructor<Subscriber> {
  return class implements Subscriber {
    async execute({ envelope }: HeardEvent): Promise<void> {
      await service.deliver(envelope);
    }
  };
}

function passOn(operation: Operation, calls: CallTransport): Constructor<Coordination<Operation>> {
  return class implements Coordination<Operation> {
    async coordinate(input: unknown, call: CallContext): Promise<unknown> {
      return await calls.invoke(operation, input, call);
    }
  };
}
