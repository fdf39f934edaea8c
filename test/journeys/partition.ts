import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { createTestDatabase, freePort, startApplication } from '../../src/shared/testing/index.ts';
import type { Shop } from './shop.ts';

/** The modules of each process. */
export type Partition = readonly (readonly string[])[];

/** A shop whose modules are spread over applications that know each other by address alone, on one database. */
export interface PartitionedShop extends Shop {
  stop(): Promise<void>;
}

/** Requests go to the application with the last group. Whoever knows the keys has to start first: identity. */
export async function startPartition(partition: Partition): Promise<PartitionedShop> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'banyan-partition-'));
  const cleanups = [() => database.drop(), () => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups) await cleanup();
  };
  try {
    const groups = await Promise.all(partition.map(async (modules) => ({ modules, port: await freePort() })));
    const addresses = Object.fromEntries(
      groups.flatMap(({ modules, port }) =>
        modules.map((name) => [`BANYAN_URL_${name.toUpperCase()}`, `http://127.0.0.1:${port}`]),
      ),
    );
    let url = '';
    let adminKey = '';
    for (const [index, { modules, port }] of identityFirst(groups).entries()) {
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
          BANYAN_MODULES: modules.join(','),
          BANYAN_INTERNAL_PORT: String(port),
        },
      });
      cleanups.unshift(() => application.stop());
      ({ url, adminKey } = application);
    }
    const admin = request.agent(url).set('Authorization', `Bearer ${adminKey}`);
    return { store: request.agent(url), admin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function identityFirst<Group extends { readonly modules: readonly string[] }>(groups: readonly Group[]): Group[] {
  const isFirst = ({ modules }: Group): boolean => modules.includes('identity');
  return [...groups.filter(isFirst), ...groups.filter((group) => !isFirst(group))];
}
