import { migrateAll } from '../app.ts';
import type { Config, Placement } from '../shared/config/index.ts';
import { DatabaseLayout } from '../shared/database/index.ts';
import { present } from '../shared/errors/index.ts';
import { ModuleGraph, type ModuleDefinition } from '../shared/module/index.ts';
import type { Logger } from '../shared/telemetry/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { OpenDoor } from './open-door.ts';
import { LOOPBACK, planProcesses } from './plan-processes.ts';
import { Supervisor } from './supervisor.ts';

/** Migrates once for all, and plans the processes. None of them runs until the supervisor starts them. */
export async function prepareSplit(
  config: Config,
  placement: Placement,
  {
    modules,
    surroundings,
    logger,
  }: {
    modules: readonly ModuleDefinition[];
    surroundings: Surroundings;
    logger: Logger;
  },
): Promise<Supervisor> {
  const { databaseUrl, secret, adminKey, sandbox } = surroundings;
  const graph = new ModuleGraph(modules);
  if (config.database.migrateOnStart) {
    const layout = new DatabaseLayout({ ...config.database, url: databaseUrl, secret });
    await migrateAll(config, layout, graph.modules, (message) => logger.info(message));
  }
  const common = {
    databaseUrl,
    secret,
    adminKey,
    sandboxUrl: sandbox?.url,
    sandboxWebhookSecret: sandbox?.webhookSecret,
  };
  const processes = await planProcesses({ placement, graph, common }, () => OpenDoor.at(0, LOOPBACK));
  const entry = present(process.argv[1], 'a program has a file');
  return new Supervisor({ processes, entry, ...config.http, shutdownMs: config.shutdownMs, logger });
}
