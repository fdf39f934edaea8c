import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPostmasterFile } from './orphaned-postmaster.ts';
import { holdsWithin, isRunning } from './process-identity.ts';
import { EmbeddedPostgresFailure, startEmbeddedPostgres } from './start-embedded-postgres.ts';
import { sendSignal } from './stop-postmaster.ts';
import { clearFolder } from './test/clear-folder.ts';
import { InstalledApp, type RunningApp, isRoot, temporaryFolder } from './test/installed-app.ts';
import { ask, orders, placeOrder } from './test/placed-orders.ts';

jest.setTimeout(60_000);

const NOBODY_ID = 65_534;
const quick = { fsync: 'off' };

let app: InstalledApp;
let dataDir: string;
let folders: string[];
let running: RunningApp[];

beforeAll(() => {
  app = new InstalledApp();
});
afterAll(() => rmSync(app.dir, { recursive: true, force: true }));

beforeEach(() => {
  dataDir = temporaryFolder();
  folders = [dataDir];
  running = [];
});
afterEach(async () => {
  for (const each of running) await each.killHard();
  for (const folder of folders) await clearFolder(folder);
});

function run(as: 'us' | 'ordinary user' = 'us'): RunningApp {
  const started = app.run(dataDir, as);
  running.push(started);
  return started;
}

describe('the database that comes with Banyan', () => {
  it('answers after the first start, on this machine only, and keeps its data over a restart', async () => {
    const first = await startEmbeddedPostgres({ dataDir, settings: quick });
    await placeOrder(first.url);
    const [settings] = await ask(
      first.url,
      `select current_setting('listen_addresses') as address, current_setting('unix_socket_directories') as socket,
        current_setting('max_connections') as connections, current_setting('shared_preload_libraries') as libraries,
        current_setting('fsync') as fsync, current_database() as name, lower('ÄRGER') as lowered`,
    );
    expect(settings).toEqual({
      address: '127.0.0.1',
      socket: '',
      connections: '200',
      libraries: 'pg_stat_statements',
      fsync: 'off',
      name: 'banyan',
      lowered: 'ärger',
    });
    await Promise.all([first.stop(), first.stop()]);

    const second = await startEmbeddedPostgres({ dataDir, settings: quick });
    expect(await orders(second.url)).toEqual([{ id: 'ord_1' }]);
    expect(second).toMatchObject({ dataDir, notices: [] });
    await second.stop();
  });

  it('lets nobody in without the password, which it keeps to itself', async () => {
    const server = await startEmbeddedPostgres({ dataDir, settings: quick });
    await expect(ask(server.url.replace(/:[^:@]+@/, ':guess@'), 'select 1')).rejects.toThrow(/password/);
    expect(readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()).toBe(new URL(server.url).password);
    await server.stop();
  });

  it('keeps every order when the app is killed, and replaces the server that was left behind', async () => {
    const killed = run();
    await placeOrder((await killed.report()).url);
    const left = readPostmasterFile(join(dataDir, 'postgres'))?.pid ?? 0;
    await killed.killHard();
    expect(isRunning(left)).toBe(true);

    const next = await startEmbeddedPostgres({ dataDir, settings: quick });
    expect(await orders(next.url)).toEqual([{ id: 'ord_1' }]);
    expect(isRunning(left)).toBe(false);
    expect(readPostmasterFile(join(dataDir, 'postgres'))?.pid).not.toBe(left);
    await next.stop();
  });

  it('keeps every order when the database server itself is killed while it is busy', async () => {
    const killed = run();
    const { url } = await killed.report();
    await placeOrder(url);
    // Busy for a while after its postmaster has died, it holds the shared memory that a new server wants.
    const busy = ask(url, "select count(*) from generate_series(1, 40000000) where md5('x') = 'y'").catch(() => []);
    await holdsWithin(300, () => false);
    sendSignal(readPostmasterFile(join(dataDir, 'postgres'))?.pid ?? 0, 'SIGKILL');
    await killed.killHard();

    const next = await startEmbeddedPostgres({ dataDir, settings: quick });
    expect(await orders(next.url)).toEqual([{ id: 'ord_1' }]);
    await next.stop();
    await busy;
  });

  it('starts although the number of the server that died now belongs to a stranger', async () => {
    const first = await startEmbeddedPostgres({ dataDir, settings: quick });
    await first.stop();
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.ppid}\n${dataDir}\n0\n1\n\n\n\nready\n`);

    const next = await startEmbeddedPostgres({ dataDir, settings: quick });
    expect(isRunning(process.ppid)).toBe(true);
    await next.stop();
  });

  it('tells a second app on the same folder who uses it and what to set, until the first one leaves', async () => {
    const first = run();
    await first.report();
    expect(await run().report()).toEqual({
      failure: 'EmbeddedPostgresFailure',
      message: `The data folder ${dataDir} is in use by process ${first.pid}; give this one another with BANYAN_DATA_DIR.`,
    });
    await first.stop();

    const third = run();
    expect(await third.report()).toMatchObject({ dataDir });
    await third.stop();
  });

  it('makes the database again when the first start was killed halfway', async () => {
    const killed = run();
    const isHalfMade = (): boolean => readdirSync(dataDir).some((name) => name.startsWith('postgres.draft-'));
    expect(await holdsWithin(10_000, isHalfMade)).toBe(true);
    await killed.killHard();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);

    const next = await startEmbeddedPostgres({ dataDir, settings: quick });
    await placeOrder(next.url);
    expect(isHalfMade()).toBe(false);
    await next.stop();
  });

  it('moves half a database aside, deletes nothing of it, and says so', async () => {
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');

    const server = await startEmbeddedPostgres({ dataDir, settings: quick });
    const aside = readdirSync(dataDir).find((name) => name.startsWith('postgres.incomplete-')) ?? '';
    expect(existsSync(join(dataDir, aside, 'PG_VERSION'))).toBe(true);
    expect(server.notices).toEqual([expect.stringContaining(aside)]);
    await server.stop();
  });

  it('needs no special rights: an ordinary user can run it', async () => {
    if (isRoot()) chownSync(dataDir, NOBODY_ID, NOBODY_ID);
    const ordinary = run('ordinary user');
    const report = await ordinary.report();
    expect(report).toMatchObject({ dataDir, notices: [] });
    expect(report.uid).not.toBe(0);
    await placeOrder(report.url);
    await ordinary.stop();
  });

  it('keeps data found below a closed home, wherever it had to be placed', async () => {
    const asked = join(dataDir, 'shop');
    chmodSync(dataDir, 0o700);
    const first = await startEmbeddedPostgres({ dataDir: asked, settings: quick });
    folders.push(first.dataDir);
    await placeOrder(first.url);
    await first.stop();
    expect(first.notices).toHaveLength(isRoot() ? 1 : 0);
    expect(first.dataDir === asked).toBe(!isRoot());

    // Opening the home later must not make the data seem gone.
    chmodSync(dataDir, 0o755);
    const second = await startEmbeddedPostgres({ dataDir: asked, settings: quick });
    expect(second.dataDir).toBe(first.dataDir);
    expect(await orders(second.url)).toEqual([{ id: 'ord_1' }]);
    await second.stop();
  });

  it('asks for a folder it can write to, in one sentence', async () => {
    if (!isRoot()) chmodSync(dataDir, 0o500);
    expect(await run('ordinary user').report()).toEqual({
      failure: 'EmbeddedPostgresFailure',
      message:
        `The data folder ${dataDir} cannot be used (EACCES): it is not writable, so let the user that runs Banyan ` +
        'write to it, or name another folder with BANYAN_DATA_DIR.',
    });
    chmodSync(dataDir, 0o700);
  });

  it('asks for a folder when a file is in the way', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    for (const asked of [file, join(file, 'below')]) {
      await expect(startEmbeddedPostgres({ dataDir: asked })).rejects.toThrow(
        `The data folder ${asked} cannot be made, for ${file} is not a folder; name another folder with BANYAN_DATA_DIR.`,
      );
    }
  });

  it('shows what the server said when it does not come up, and leaves the folder free', async () => {
    const refused = startEmbeddedPostgres({ dataDir, settings: { max_connections: 'many' } });
    await expect(refused).rejects.toThrow(EmbeddedPostgresFailure);
    await expect(refused).rejects.toThrow(/did not start in [^]*BANYAN_DATA_DIR[^]*max_connections/);

    const next = await startEmbeddedPostgres({ dataDir, settings: quick });
    await next.stop();
  });

  it('throws away a log that has grown beyond its limit', async () => {
    writeFileSync(join(dataDir, 'postgres.log'), 'x'.repeat(11 * 1024 * 1024));
    const server = await startEmbeddedPostgres({ dataDir, settings: quick });
    expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('xxx');
    await server.stop();
  });
});
