import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import request from 'supertest';
import type { CallContext } from '../auth/index.ts';
import type { Client } from '../calls/index.ts';
import type { AnyContract } from '../contract/index.ts';
import type { DatabaseLayout, ModuleDatabase } from '../database/index.ts';
import { present } from '../errors/index.ts';
import { startApplication, type RunningApplication } from './application.ts';
import { moveTime } from './move-time.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { testServices } from './test-services.ts';

const START_LIMIT_MS = 60_000;

type Agent = ReturnType<typeof request.agent>;

/** A started application on a database of its own, and the ways into it. */
export interface World {
  readonly placement: string;
  readonly url: string;
  readonly databaseUrl: string;
  /** Where each module's tables lie. */
  readonly layout: DatabaseLayout;
  readonly adminKey: string;
  readonly sandboxUrl: string;
  /** Requests without credentials. */
  readonly store: Agent;
  /** Requests with a staff key that has every scope. */
  readonly admin: Agent;
  client<Known extends AnyContract>(contract: Known): Client<Known>;
  context(): CallContext;
  database(module: string): ModuleDatabase;
  /** Lets time pass for all that the modules have stored: holds, leases, due dates, ages. */
  letTimePass(ms: number): Promise<void>;
  readonly application: RunningApplication;
}

interface Placement {
  readonly name: string;
  readonly calls: 'direct' | 'network';
  readonly queues: 'postgres' | 'redis';
}

/** Every suite passes in each of these. Where no Redis is to be had, all queues are in Postgres. */
const PLACEMENTS: readonly Placement[] = [
  { name: 'one process, direct calls, queues in Postgres', calls: 'direct', queues: 'postgres' },
  { name: 'one process, calls over HTTP, queues in Redis', calls: 'network', queues: 'redis' },
];

/** Runs the same suite in every placement. `world()` is the started application, to be used inside tests and hooks. */
export function describeEachPlacement(
  name: string,
  suite: (world: () => World) => void,
  options: { environment?: Readonly<Record<string, string>> } = {},
): void {
  for (const placement of PLACEMENTS) {
    describe(`${name} (${placement.name})`, () => {
      let world: World | undefined;
      let stop: (() => Promise<void>) | undefined;
      beforeAll(async () => {
        const started = await startWorld(placement, options.environment ?? {});
        world = started.world;
        stop = started.stop;
      }, START_LIMIT_MS);
      afterAll(async () => {
        await stop?.();
      }, START_LIMIT_MS);
      suite(() => present(world, 'the world exists inside tests and hooks only'));
    });
  }
}

/** `open` brings the database that it is to have, which it drops in the end; default: a copy of the template. */
export async function startWorld(
  placement: Placement,
  environment: Readonly<Record<string, string>>,
  open: () => Promise<TestDatabase> = createTestDatabase,
): Promise<{ world: World; stop: () => Promise<void> }> {
  const database = await open();
  const dataDir = await mkdtemp(join(tmpdir(), 'banyan-test-'));
  const application = await startApplication({
    databaseUrl: database.url,
    redisUrl: placement.queues === 'redis' ? testServices().redisUrl : undefined,
    calls: placement.calls,
    dataDir,
    environment: { ...database.settings, ...environment },
  });
  const admin = request.agent(application.url);
  admin.set('Authorization', `Bearer ${application.adminKey}`);
  const world: World = {
    placement: placement.name,
    url: application.url,
    databaseUrl: database.url,
    layout: database.layout,
    adminKey: application.adminKey,
    sandboxUrl: application.sandboxUrl,
    store: request.agent(application.url),
    admin,
    client: (contract) => application.client(contract),
    context: () => application.context(),
    database: (module) => present(application.modules.get(module), `there is no module ${module}`).database,
    letTimePass: (ms) => moveTime(database.layout, [...application.modules.keys()], ms),
    application,
  };
  return {
    world,
    stop: async () => {
      await application.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
