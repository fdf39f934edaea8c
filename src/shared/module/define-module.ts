import type { AnyContract, DataOf, Envelope, EventType, Operation } from '../contract/index.ts';
import type { Implementation } from '../calls/index.ts';
import type { SubscriptionStart } from '../bus/index.ts';
import type { Audit, UnitOfWork } from '../database/index.ts';
import type { Route } from '../http/index.ts';
import type { AnySaga } from '../sagas/index.ts';

/** A class that Inversify makes; what its constructor asks for is bound in the module's own container. */
export type Constructor<Instance> = new (...dependencies: never[]) => Instance;

/** What a module does about an event, in the transaction that marks the event as handled. */
export interface Subscriber<Type extends EventType = EventType> {
  execute(event: HeardEvent<Type>, work: UnitOfWork): Promise<void>;
}

export interface HeardEvent<Type extends EventType = EventType> {
  readonly data: DataOf<Type>;
  readonly envelope: Envelope;
}

export interface Subscription {
  readonly event: EventType;
  readonly subscriber: Constructor<Subscriber>;
  readonly from: SubscriptionStart;
}

/**
 * `on(Ordering.events.orderConfirmed, OpenShipmentWhenOrderConfirmed, { from: 'now' })`: `from` says what an
 * installation that gets this subscription later has to catch up on: all events that are retained, or none.
 */
export function on<Type extends EventType>(
  event: Type,
  subscriber: Constructor<Subscriber<Type>>,
  { from }: { from: SubscriptionStart },
): Subscription {
  return { event, subscriber, from };
}

export interface ScheduledOperation {
  readonly everyMs: number;
  readonly operation: Operation;
}

/** An operation without input that is carried out once in each period, over all processes. */
export function every(everyMs: number, operation: Operation): ScheduledOperation {
  return { everyMs, operation };
}

/** A thing that the process gives to a module beside classes: a setting, a clock. */
export interface ProvidedValue {
  readonly token: symbol;
  readonly value: unknown;
}

export interface ModuleDefinition {
  readonly contract: AnyContract;
  /** Contracts whose operations this module calls. Those it hears are added by its subscriptions. */
  readonly knows: readonly AnyContract[];
  readonly provides: readonly Constructor<object>[];
  readonly operations: Readonly<Record<string, Constructor<Implementation<Operation>>>>;
  readonly subscriptions: readonly Subscription[];
  readonly sagas: readonly AnySaga[];
  readonly schedules: readonly ScheduledOperation[];
  readonly routes: readonly Route[];
  /** What must always hold of this module's data. */
  readonly audits: readonly Constructor<Audit>[];
  /** Events handled in one transaction, at most; absent: as many as come. */
  readonly batchLimit?: number;
  /** What is wrong with something that the module needs beside its database; null: nothing. */
  readonly fault?: () => Promise<string | null>;
}

type Implementations<Known extends AnyContract> = {
  readonly [Name in keyof Known['operations']]: Constructor<Implementation<Known['operations'][Name]>>;
};

/** A module's table of contents. An operation of the contract without a use case is a type error. */
export function defineModule<Known extends AnyContract>(
  contract: Known,
  parts: {
    operations: Implementations<Known>;
    knows?: readonly AnyContract[];
    provides?: readonly Constructor<object>[];
    subscriptions?: readonly Subscription[];
    sagas?: readonly AnySaga[];
    schedules?: readonly ScheduledOperation[];
    routes?: readonly Route[];
    audits?: readonly Constructor<Audit>[];
  },
): ModuleDefinition {
  return {
    contract,
    knows: parts.knows ?? [],
    provides: parts.provides ?? [],
    // The mapped type above has checked each pair; from here on only names matter.
    operations: parts.operations,
    subscriptions: parts.subscriptions ?? [],
    sagas: parts.sagas ?? [],
    schedules: parts.schedules ?? [],
    routes: parts.routes ?? [],
    audits: parts.audits ?? [],
  };
}
