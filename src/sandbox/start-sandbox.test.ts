import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startSandbox, type RunningSandbox } from './start-sandbox.ts';
import { eventually, present } from './test/eventually.ts';
import { SandboxCaller } from './test/sandbox-caller.ts';
import { freshBooks, SECRET } from './test/sandbox-world.ts';
import { openReceiver } from './test/webhook-receiver.ts';

jest.setTimeout(60_000);

let folder: Awaited<ReturnType<typeof freshBooks>>;
let sandbox: RunningSandbox | undefined;

beforeEach(async () => {
  folder = await freshBooks();
});

afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
  await folder.remove();
});

async function start(): Promise<SandboxCaller> {
  sandbox = await startSandbox({ booksPath: folder.path, webhookSecret: SECRET });
  return new SandboxCaller(sandbox.url);
}

async function processOf(caller: SandboxCaller): Promise<number> {
  return (await caller.get<{ pid: number }>('/livez')).body.pid;
}

async function kill(caller: SandboxCaller): Promise<void> {
  const pid = await processOf(caller);
  process.kill(pid, 'SIGKILL');
  await eventually(async () => expect(await processOf(caller)).not.toBe(pid));
}

describe('the sandbox process', () => {
  it('comes back on the same port after a kill -9, and forgets nothing that it answered', async () => {
    const caller = await start();
    const before = await Promise.all(Array.from({ length: 40 }, (_, i) => caller.charge(`k${i}`, 'tok_ok')));
    await caller.charge('once', 'tok_error_once');
    // These are still being answered when the process dies: what was answered must be there, the rest may be.
    const answered: string[] = [];
    const during = Array.from({ length: 200 }, (_, i) =>
      caller.charge(`d${i}`, 'tok_ok').then(
        ({ body }) => answered.push(body.id),
        () => undefined,
      ),
    );
    await Promise.race(during);
    await kill(caller);
    await Promise.all(during);

    const after = await caller.all();
    const ids = after.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([...before.map(({ body }) => body.id), ...answered]));
    expect(new Set(after.map(({ key }) => key)).size).toBe(after.length);
    expect(await caller.charge('k7', 'tok_ok')).toEqual({ status: 200, body: before[7]?.body });
    expect((await caller.charge('once', 'tok_error_once')).status).toBe(201);
  });

  it('answers what was pending when it was killed, and tells an address that it learnt late', async () => {
    const shop = await openReceiver();
    const caller = await start();
    const { body } = await caller.charge('a', 'tok_pending');
    sandbox?.setWebhookUrl(shop.url);
    await kill(caller);
    const { event } = await eventually(() => present(shop.received[0]));
    expect(event.data.charge).toMatchObject({ id: body.id, status: 'captured' });
    await shop.close();
  });

  it('leaves a Ctrl-C in the terminal to the app, and ends when the app stops it', async () => {
    const caller = await start();
    const pid = await processOf(caller);
    process.kill(pid, 'SIGINT');
    expect((await caller.charge('a', 'tok_ok')).status).toBe(201);
    await sandbox?.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    await sandbox?.stop();
  });

  it('ends by itself when the app is killed, and the next app finds the books', async () => {
    const parent = spawn(process.execPath, [
      '--import',
      'tsx',
      join(__dirname, 'test/parent-of-sandbox.ts'),
      folder.path,
    ]);
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const orphan = new SandboxCaller(printed.toString().trim());
    const charge = await orphan.charge('a', 'tok_ok');
    parent.kill('SIGKILL');
    // The next one starts while the orphan may still be there, and waits for it to let go of the books.
    const next = await start();
    expect(await next.find(charge.body.id)).toEqual(charge.body);
    await expect(orphan.all()).rejects.toThrow('fetch failed');
  });

  it('says why it could not start', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const started = startSandbox({ booksPath: folder.path, port, webhookSecret: SECRET });
    await expect(started).rejects.toThrow('EADDRINUSE');
    blocker.close();
  });
});
