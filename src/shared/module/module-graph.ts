import type { DeclaredSubscription, SubscriptionStart } from '../bus/index.ts';
import { InvariantViolation } from '../errors/index.ts';
import type { ModuleDefinition } from './define-module.ts';

export interface ModuleEdge {
  readonly from: string;
  readonly to: string;
  readonly how: 'calls' | 'hears';
  /** Of `hears`: the event's type. */
  readonly event?: string;
  /** Of `hears`: where a new subscription begins. */
  readonly start?: SubscriptionStart;
}

/**
 * Who knows whom. Calls and subscriptions together must form a directed acyclic graph: a cycle means that two modules
 * can neither be understood nor rolled out without each other.
 */
export class ModuleGraph {
  readonly modules: readonly string[];
  readonly edges: readonly ModuleEdge[];

  /** Throws InvariantViolation for a cycle, a name taken twice, or knowledge of a module that is not there. */
  constructor(definitions: readonly ModuleDefinition[]) {
    this.modules = definitions.map(({ contract }) => contract.name);
    this.edges = definitions.flatMap(edgesOf);
    this.#refuseDuplicates();
    this.#refuseUnknown();
    this.#refuseCycles();
  }

  /** Modules that hear a type of event, each once. */
  subscribersOf(type: string): string[] {
    return [...new Set(this.edges.filter(({ event }) => event === type).map(({ from }) => from))];
  }

  /** Who hears which of a module's events. A subscriber with two interests in one type begins where the first does. */
  subscriptionsTo(module: string): DeclaredSubscription[] {
    const declared = new Map<string, DeclaredSubscription>();
    for (const { from: subscriber, to, event: type, start: from } of this.edges) {
      if (to !== module || type === undefined || from === undefined) continue;
      const key = `${type} ${subscriber}`;
      if (declared.get(key)?.from !== 'beginning') declared.set(key, { type, subscriber, from });
    }
    return [...declared.values()];
  }

  /** Modules that may call this one. */
  callersOf(module: string): string[] {
    return [...new Set(this.edges.filter(({ to, how }) => to === module && how === 'calls').map(({ from }) => from))];
  }

  #refuseDuplicates(): void {
    const duplicate = this.modules.find((name, index) => this.modules.indexOf(name) !== index);
    if (duplicate !== undefined) throw new InvariantViolation(`two modules are called ${duplicate}`);
  }

  #refuseUnknown(): void {
    for (const { from, to } of this.edges) {
      if (!this.modules.includes(to)) {
        throw new InvariantViolation(`${from} knows ${to}, which is no module: add it to src/modules/index.ts`);
      }
    }
  }

  #refuseCycles(): void {
    const done = new Set<string>();
    const visit = (module: string, path: readonly string[]): void => {
      if (path.includes(module)) {
        const cycle = [...path.slice(path.indexOf(module)), module].join(' → ');
        throw new InvariantViolation(
          `modules know each other in a circle: ${cycle}. Let the one that comes later in the business call or hear the earlier one, and never the reverse.`,
        );
      }
      if (done.has(module)) return;
      for (const { from, to } of this.edges) if (from === module) visit(to, [...path, module]);
      done.add(module);
    };
    for (const module of this.modules) visit(module, []);
  }
}

function edgesOf({ contract, knows, subscriptions, sagas }: ModuleDefinition): ModuleEdge[] {
  const heard = [
    ...subscriptions.map(({ event, from }) => ({ event, start: from })),
    // A saga is woken by what happens while it waits; what happened before it began is no news.
    ...sagas.flatMap(({ wakeUps }) => wakeUps.map(({ event }) => ({ event, start: 'now' as const }))),
  ];
  return [
    ...knows.map((known): ModuleEdge => ({ from: contract.name, to: known.name, how: 'calls' })),
    ...heard.map(({ event, start }): ModuleEdge => ({
      from: contract.name,
      to: event.contract,
      how: 'hears',
      event: event.type,
      start,
    })),
  ];
}
