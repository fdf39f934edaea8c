import { createServer } from 'node:net';
import { migrateAll } from '../app.ts';
import type { Config, Placement } from '../shared/config/index.ts';
import { DatabaseLayout } from '../shared/database/index.ts';
import { present } from '../shared/errors/index.ts';
import { ModuleGraph, type ModuleDefinition } from '../shared/module/index.ts';
import type { Logger } from '../shared/telemetry/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { planProcesses } from './plan-processes.ts';
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
    const { isolation, moduleUrls, rolePrefix } = config.database;
    const layout = new DatabaseLayout({ url: databaseUrl, isolation, moduleUrls, rolePrefix, secret });
    await migrateAll(config, layout, graph.modules, (message) => logger.info(message));
  }
  const common = {
    databaseUrl,
    secret,
    adminKey,
    sandboxUrl: sandbox?.url,
    sandboxWebhookSecret: sandbox?.webhookSecret,
  };
  const processes = await planProcesses({ placement, graph, common }, freePort);
  const entry = present(process.argv[1], 'a program has a file');
  return new Supervisor({ processes, entry, ...config.http, shutdownMs: config.shutdownMs, logger });
}

/** A port of this machine that nobody listens on at the moment. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, fail) => {
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', done);
  });
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
