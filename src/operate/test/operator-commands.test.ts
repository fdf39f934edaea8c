import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { modules } from '../../modules/index.ts';
import { addOperatorCommands } from '../../operate.ts';
import { readConfig } from '../../shared/config/index.ts';
import {
  createTestDatabase,
  rowsAmongTables,
  TEST_ROLE_PREFIX,
  TEST_SECRET,
  type TestDatabase,
} from '../../shared/testing/index.ts';
import { plantDeadLetter, plantDelivery } from './planted-events.ts';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
/** A process of its own compiles the sources first. */
const TEST_LIMIT_MS = 120_000;
const PROCESS_LIMIT_MS = 60_000;
const LONG_AGO = '2020-01-01T00:00:00.000Z';

let database: TestDatabase;

function environment(): Record<string, string> {
  return {
    ...database.settings,
    BANYAN_ROLE_PREFIX: TEST_ROLE_PREFIX,
    BANYAN_SECRET: TEST_SECRET,
    // Nobody is there: a command has no use for it.
    REDIS_URL: 'redis://127.0.0.1:1',
  };
}

/** The program as an operator starts it. */
function startBanyan(
  given: readonly string[],
  changes: Record<string, string> = {},
): Promise<{ code: number | null; output: string; complaint: string }> {
  const env = { PATH: process.env['PATH'] ?? '', ...environment(), ...changes };
  const options = { cwd: ROOT, timeout: PROCESS_LIMIT_MS, env };
  return new Promise((done) => {
    const line = ['--import', 'tsx', 'src/main.ts', ...given];
    const child = execFile(process.execPath, line, options, (_, output, complaint) =>
      done({ code: child.exitCode, output, complaint }),
    );
  });
}

/** One command in this process; what it writes. Rejects with why it was refused. */
async function run(given: readonly string[], changes: Record<string, string> = {}): Promise<string> {
  let output = '';
  const program = new Command('banyan').exitOverride().configureOutput({ writeErr: () => undefined });
  addOperatorCommands(program, {
    readSettings: () =>
      readConfig(
        { ...environment(), ...changes },
        modules.map(({ contract }) => contract.name),
      ),
    write: (text) => (output += text),
  });
  await program.parseAsync(given, { from: 'user' });
  return output;
}

async function answerOf(...given: string[]): Promise<{ items: Record<string, unknown>[]; reopened: number }> {
  return JSON.parse(await run([...given, '--json']));
}

async function statusOf(module: string, eventId: string): Promise<unknown> {
  const sql = `select status, attempts from inbox where event_id = $1`;
  return (await rowsAmongTables(database.layout, module, sql, [eventId]))[0];
}

beforeAll(async () => {
  database = await createTestDatabase();
  expect(await startBanyan(['--migrate-only'])).toMatchObject({ code: 0, complaint: '' });
}, TEST_LIMIT_MS);
afterAll(async () => {
  await database.drop();
}, TEST_LIMIT_MS);

describe('the operator’s command line', () => {
  it('lists dead letters, for a person and for a program', async () => {
    const { id, subject } = await plantDeadLetter(database.layout, 'reporting', 1);
    await plantDeadLetter(database.layout, 'ordering');
    const { items } = await answerOf('dead-letters', 'list', '--module', 'reporting');
    expect(items).toMatchObject([{ id, module: 'reporting', subject, waiting: 1, attempts: 8 }]);
    const [titles, first, second, ...rest] = (await run(['dead-letters', 'list'])).trimEnd().split('\n');
    expect(titles).toMatch(/^EVENT +MODULE +TYPE +SUBJECT +ATTEMPTS +WAITING +RECEIVED +ERROR$/);
    expect(first).toMatch(
      new RegExp(`^${id} +reporting +ordering.orderCancelled +${subject} +8 +1 +\\S+ +pricing.no_price: `),
    );
    expect(second).toMatch(/^evt_\S+ +ordering /);
    expect(rest).toEqual([]);
    expect(await run(['dead-letters', 'list', '--limit', '1'])).toMatch(/\nThere may be more than these 1\.\n$/);
  });

  it('retries and discards, and keeps who did it and why', async () => {
    const wrong = await plantDeadLetter(database.layout, 'catalog');
    const gone = await plantDeadLetter(database.layout, 'catalog');
    expect(await run(['dead-letters', 'retry', wrong.id])).toBe(`${wrong.id} will be handled again.\n`);
    // The servers handle it: the command has only put it back.
    expect(await statusOf('catalog', wrong.id)).toEqual({ status: 'retrying', attempts: 0 });
    const note = 'the product was removed';
    const discard = ['dead-letters', 'discard', gone.id, '--note', note, '--operator', 'ada'];
    expect(await run(discard)).toBe(`${gone.id} is given up.\n`);
    expect(await statusOf('catalog', gone.id)).toMatchObject({ status: 'discarded' });
    const { items } = await answerOf('actions', 'list', '--limit', '2');
    expect(items).toMatchObject([
      { operator: 'system:operator:ada', action: 'dead letter discarded', target: gone.id, note },
      {
        operator: `system:operator:${userInfo().username}`,
        action: 'dead letter retried',
        target: wrong.id,
        note: null,
      },
    ]);
  });

  it('sends again what was in quarantine, and what was sent before', async () => {
    const quarantined = await plantDelivery(database.layout, 'ordering', 'reporting', { state: 'quarantined' });
    await plantDelivery(database.layout, 'ordering', 'notifications', { state: 'acknowledged' });
    const { items } = await answerOf('quarantine', 'list');
    expect(items).toMatchObject([{ eventId: quarantined, module: 'ordering', subscriber: 'reporting' }]);
    const retry = ['quarantine', 'retry', quarantined, '--subscriber', 'reporting', '--note', 'it is back'];
    expect(await run(retry)).toBe(`${quarantined} will be sent to reporting again.\n`);
    const replay = ['replay', '--source', 'ordering', '--subscriber', 'notifications', '--from', LONG_AGO];
    expect(await answerOf(...replay)).toEqual({ reopened: 1 });
    const deliveries = await rowsAmongTables(database.layout, 'ordering', 'select state from deliveries');
    expect(deliveries).toEqual([{ state: 'open' }, { state: 'open' }]);
    expect(await run(['quarantine', 'list'])).toBe('Nothing is in quarantine.\n');
  });

  const refusals: [string, readonly string[], Record<string, string>, RegExp][] = [
    ['an event that is no dead letter', ['dead-letters', 'retry', 'evt_1'], {}, /^No such dead letter: .*evt_1.*\.$/],
    ['a discard without a reason', ['dead-letters', 'discard', 'evt_1'], {}, /^error: required option '--note/],
    [
      'a time that is none',
      ['replay', '--source', 'ordering', '--subscriber', 'reporting', '--from', 'yesterday'],
      {},
      /^The request is not valid: from .*\.$/,
    ],
    ['a module that does not exist', ['dead-letters', 'list', '--module', 'shop'], {}, /^This process hosts no .*shop/],
    ['a command that does not exist', ['dead-letters', 'forget'], {}, /^error: unknown command 'forget'/],
    [
      'embedded Postgres',
      ['actions', 'list'],
      { DATABASE_URL: '', DATA_ISOLATION: 'schema' },
      /^DATABASE_URL is not set.* HTTP API.*\.$/,
    ],
    [
      'another secret than the server’s',
      ['actions', 'list'],
      { BANYAN_SECRET: 'not the secret of the server' },
      /^The database .*BANYAN_SECRET.*\.$/,
    ],
  ];

  it.each(refusals)('refuses %s, and says so in one sentence', async (_, given, changes, sentence) => {
    await expect(run(given, changes)).rejects.toThrow(sentence);
    await expect(run(given, changes)).rejects.not.toThrow(/\n|secret@/);
  });

  it('refuses a database that has not been migrated', async () => {
    const empty = await createTestDatabase();
    try {
      await rowsAmongTables(empty.layout, 'reporting', 'drop table operator_actions');
      const refused = run(['actions', 'list'], empty.settings);
      await expect(refused).rejects.toThrow(/^The database .*migrate first: --migrate-only\.$/);
    } finally {
      await empty.drop();
    }
  });
});

describe('the program of the server', () => {
  it(
    'answers an operator and ends with 0, or refuses and ends with 1',
    async () => {
      const listed = await startBanyan(['dead-letters', 'list', '--json']);
      expect({ ...listed, output: JSON.parse(listed.output) }).toMatchObject({
        code: 0,
        complaint: '',
        output: { items: expect.any(Array) },
      });
      expect(await startBanyan(['dead-letters', 'retry', 'evt_1'])).toEqual({
        code: 1,
        output: '',
        complaint: 'No such dead letter: eventId evt_1 (system.dead_letter_not_found).\n',
      });
      const urls = Object.keys(environment()).filter((name) => name.startsWith('DATABASE_URL'));
      const nowhere = urls.map((name) => [name, `postgres://shop:secret@127.0.0.1:1/${name.toLowerCase()}`]);
      expect(await startBanyan(['actions', 'list'], Object.fromEntries(nowhere))).toEqual({
        code: 1,
        output: '',
        complaint: expect.stringMatching(/^The database cannot be reached \([^@\n]+\); .* correct DATABASE_URL\.\n$/),
      });
    },
    TEST_LIMIT_MS,
  );

  it(
    'says what it can do, and takes no word that it does not know for a start',
    async () => {
      const { code, output } = await startBanyan(['--help']);
      expect(code).toBe(0);
      for (const word of ['--modules', '--migrate-only', 'dead-letters', 'quarantine', 'replay', 'actions']) {
        expect(output).toContain(word);
      }
      const mistyped = await startBanyan(['dead-leters', 'list']);
      expect(mistyped).toMatchObject({ code: 1, output: '', complaint: expect.stringMatching(/^error: .*\n$/) });
    },
    TEST_LIMIT_MS,
  );
});
