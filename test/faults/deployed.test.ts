import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import request from 'supertest';
import { parse } from 'yaml';
import type { ComposeFile } from '../../scripts/deploy/compose/compose-file.ts';
import { startEmbeddedPostgres } from '../../src/shared/database/embedded/start-embedded-postgres.ts';
import { eventually } from '../../src/shared/testing/index.ts';
import { expectBooksInOrder, expectStock } from '../journeys/books.ts';
import { complete, fillCart, stockVariant } from '../journeys/shop.ts';
import { ADMIN_KEY, buildApp } from './child-app.ts';
import { ComposedApp } from './composed-app.ts';
import { RedisLab } from './lab/redis-lab.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const TEST_LIMIT_MS = 120_000;
const PASSWORD = 'of0the0server';
const SECRETS = {
  POSTGRES_PASSWORD: PASSWORD,
  BANYAN_SECRET: 'the secret of a deployment',
  BANYAN_ADMIN_KEY: ADMIN_KEY,
};
const MODULES = 9;

describe('a shop deployed by the manifest for two groups', () => {
  const cleanups: (() => Promise<unknown> | undefined)[] = [];
  let file: ComposeFile;
  let app: ComposedApp;

  beforeAll(async () => {
    buildApp();
    const folder = mkdtempSync(join(tmpdir(), 'banyan-deployed-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const out = join(folder, 'manifests');
    const options = ['--placement', 'samples/placement.json', '--sandbox', '--set', 'LOG_LEVEL=warn', '--out', out];
    const made = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/deploy.ts', 'compose', ...options], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(made.stderr).toBe('');
    file = parse(readFileSync(join(out, 'compose.yaml'), 'utf8')) as ComposeFile;
    const dataDir = mkdtempSync(join(tmpdir(), 'banyan-deployed-data-'));
    cleanups.push(() => rm(dataDir, { recursive: true }));
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    cleanups.push(() => postgres.stop());
    await prepareServer(postgres.url, file);
    const redis = await RedisLab.start();
    cleanups.push(() => redis?.stop());
    const running = {
      postgres: Number(new URL(postgres.url).port),
      redis: Number(new URL(redis?.url ?? 'redis://none:0').port),
    };
    app = new ComposedApp({ file: redis === undefined ? withoutRedis(file) : file, secrets: SECRETS, running, folder });
    cleanups.push(() => app.stop());
  }, TEST_LIMIT_MS);
  afterAll(async () => {
    for (const clean of cleanups.reverse()) await clean();
  }, TEST_LIMIT_MS);

  it(
    'begins with an empty database, sells through its one port, and ends in good order',
    async () => {
      await app.start();
      const url = app.publicUrl;
      const admin = request.agent(url).set('Authorization', `Bearer ${ADMIN_KEY}`);
      const shop = { store: request.agent(url), admin };
      const sku = await stockVariant(shop, { pieces: 1 });
      const { body } = await complete(shop, await fillCart(shop, sku)).expect(201);
      await complete(shop, await fillCart(shop, sku)).expect(409);
      const modules = await admin.get('/admin/v1/system/modules').expect(200);
      const healthy = modules.body.items.filter(
        (each: { hosted: boolean; healthy: boolean }) => each.hosted && each.healthy,
      );
      expect(healthy).toHaveLength(MODULES);
      // The other group has heard of it.
      await eventually(async () => {
        const shipments = await admin.get(`/admin/v1/shipments?orderId=${body.order.id}`).expect(200);
        expect(shipments.body.items).toHaveLength(1);
      });
      await expectStock(shop, sku, { onHand: 1, allocated: 1 });
      await expectBooksInOrder(shop);
      expect(await app.stop()).toEqual({ shop: 0, back: 0 });
    },
    TEST_LIMIT_MS,
  );
});

/** As the image of Postgres does it at its first start: the user and the database that its variables name. */
async function prepareServer(url: string, { services }: ComposeFile): Promise<void> {
  const { POSTGRES_USER: user = '', POSTGRES_DB: database = '' } = services['postgres']?.environment ?? {};
  const maintenance = Object.assign(new URL(url), { pathname: '/postgres' }).toString();
  const client = new pg.Client({ connectionString: maintenance });
  await client.connect();
  try {
    await client.query(
      `create role ${pg.escapeIdentifier(user)} superuser login password ${pg.escapeLiteral(PASSWORD)}`,
    );
    // The embedded server comes with one of that name, which knows nothing of this user.
    await client.query(`drop database if exists ${pg.escapeIdentifier(database)}`);
    await client.query(`create database ${pg.escapeIdentifier(database)} owner ${pg.escapeIdentifier(user)}`);
  } finally {
    await client.end();
  }
}

/** On a machine that has none: without an address the queues are in Postgres. */
function withoutRedis(file: ComposeFile): ComposeFile {
  const services = Object.entries(file.services).map(([name, service]) => {
    const { REDIS_URL: _url, ...environment } = service.environment;
    return [name, { ...service, environment }] as const;
  });
  return { ...file, services: Object.fromEntries(services) };
}
