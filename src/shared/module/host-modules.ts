import { acknowledgeLocally } from '../bus/index.ts';
import type { DatabaseLayout } from '../database/index.ts';
import type { ModuleDefinition } from './define-module.ts';
import { HostedModule, type HostingOptions } from './hosted-module.ts';

export interface HostAllOptions extends Omit<HostingOptions, 'databaseUrl' | 'acknowledge'> {
  readonly layout: DatabaseLayout;
}

/** The given modules as this process hosts them, by name. Nothing runs yet. */
export function hostModules(
  definitions: readonly ModuleDefinition[],
  { layout, ...options }: HostAllOptions,
): ReadonlyMap<string, HostedModule> {
  const modules = new Map<string, HostedModule>();
  for (const definition of definitions) {
    const { name } = definition.contract;
    const module = new HostedModule(definition, {
      ...options,
      databaseUrl: layout.moduleUrl(name),
      tablePrefix: layout.tablePrefix(name),
      // A publisher beside us is told at once; any other hears of it by its queue.
      acknowledge: async (source, subscriber, eventIds) => {
        const publisher = modules.get(source);
        if (publisher === undefined) await options.transport.acknowledge(source, subscriber, eventIds);
        else await acknowledgeLocally(publisher.outbox, publisher.database)(subscriber, eventIds);
      },
    });
    modules.set(name, module);
  }
  return modules;
}
