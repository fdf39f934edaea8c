import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { createTestDatabase, freePort, startApplication } from '../../src/shared/testing/index.ts';
import type { Shop } from './shop.ts';

/** A process: its modules, and what it does for them, if not everything. */
export interface Part {
  readonly modules: readonly string[];
  readonly roles?: string;
}
export type Partition = readonly Part[];

/** A shop whose modules are spread over applications that know each other by address alone, on one database. */
export interface PartitionedShop extends Shop {
  stop(): Promise<void>;
}

/** Requests go to the last that answers any. Whoever knows the keys has to start first: identity. */
export async function startPartition(
  partition: Partition,
  environment: Readonly<Record<string, string>> = {},
): Promise<PartitionedShop> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'banyan-partition-'));
  const cleanups = [() => database.drop(), () => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups) await cleanup();
  };
  try {
    const groups = await Promise.all(partition.map(async (part) => ({ ...part, port: await freePort() })));
    const addresses = Object.fromEntries(
      groups
        .filter(answers)
        .flatMap(({ modules, port }) =>
          modules.map((name) => [`BANYAN_URL_${name.toUpperCase()}`, `http://127.0.0.1:${port}`]),
        ),
    );
    let url = '';
    let adminKey = '';
    for (const [index, part] of identityFirst(groups).entries()) {
      const { modules, roles, port } = part;
      const dataDir = join(folder, String(index));
      await mkdir(dataDir);
      const application = await startApplication({
        databaseUrl: database.url,
        redisUrl: undefined,
        calls: 'direct',
        dataDir,
        environment: {
          ...database.settings,
          ...addresses,
          ...environment,
          BANYAN_MODULES: modules.join(','),
          BANYAN_INTERNAL_PORT: String(port),
          ...(roles === undefined ? {} : { BANYAN_ROLES: roles }),
        },
      });
      cleanups.unshift(() => application.stop());
      if (answers(part)) ({ url, adminKey } = application);
    }
    const admin = request.agent(url).set('Authorization', `Bearer ${adminKey}`);
    return { store: request.agent(url), admin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function answers({ roles }: Part): boolean {
  return roles === undefined || roles.includes('http');
}

function identityFirst<Each extends Part>(groups: readonly Each[]): Each[] {
  const isFirst = (part: Each): boolean => part.modules.includes('identity') && answers(part);
  return [...groups.filter(isFirst), ...groups.filter((group) => !isFirst(group))];
}
