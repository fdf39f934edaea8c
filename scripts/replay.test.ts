import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeBanyan } from './replay/fake-banyan.ts';

let banyan: FakeBanyan;
let url: string;
let folder: string;

beforeEach(async () => {
  banyan = new FakeBanyan();
  url = await banyan.start();
  folder = mkdtempSync(path.join(tmpdir(), 'banyan-replay-'));
});

afterEach(async () => {
  await banyan.stop();
  rmSync(folder, { recursive: true });
});

async function replay(commandLine: string[], onOutput: (pid: number) => void = () => {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/replay.ts', ...commandLine], {
    env: { ...process.env, BANYAN_ADMIN_KEY: 'secret' },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
    onOutput(child.pid ?? 0);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
}

describe('npm run replay', () => {
  it('shows file, report and ledger side by side, writes the fate of every row and ends well', async () => {
    const report = path.join(folder, 'deep', 'rows.csv');
    const { code, output, errors } = await replay(['samples/invoices.csv', '--url', url, '--report', report]);
    expect(errors).toContain('placing orders: 6 of 6 done');
    expect(output.split('\n').slice(0, 6)).toEqual([
      '           file  report  ledger  difference',
      'orders        6       6       -           0',
      'lines        14      14       -           0',
      'gross    776.34  776.34  776.34        0.00',
      'refunds  419.80  419.80  419.80        0.00',
      'units        68       -      68           0',
    ]);
    expect(output).toContain('All equal.');
    expect(readFileSync(report, 'utf8').trimEnd().split('\n')).toHaveLength(27);
    expect(code).toBe(0);
  }, 30_000);

  it('ends with 1 when requests are refused, and says in a line which file it cannot replay', async () => {
    const report = path.join(folder, 'rows.csv');
    // A wrong key is refused at once, so that this needs no wait for the books.
    const refused = await replay(['samples/invoices.csv', '--url', url, '--key', 'wrong', '--report', report]);
    expect([refused.code, refused.output.includes('answered 401; identity.unauthenticated')]).toEqual([1, true]);
    const unreadable = await replay(['samples/catalog.csv', '--url', url]);
    expect(unreadable).toMatchObject({ code: 1, output: '' });
    expect(unreadable.errors).toContain('samples/catalog.csv is no invoice file');
    const twice = await replay(['samples/invoices.csv', './samples/invoices.csv', '--url', url]);
    expect(twice.errors).toContain('every sale would count twice');
  }, 30_000);

  it('stops cleanly on Ctrl-C and says how to go on', async () => {
    let running = 0;
    banyan.onRequest = (requested) => {
      if (requested === '/admin/v1/orders' && running > 0) process.kill(running, 'SIGINT');
    };
    const report = path.join(folder, 'rows.csv');
    const { code, output } = await replay(
      ['samples/invoices.csv', '--url', url, '--report', report, '--concurrency', '1'],
      (pid) => (running = pid),
    );
    expect(output).toContain('stopped: interrupted by SIGINT');
    expect(output).toContain('the same command does the rest');
    expect(readFileSync(report, 'utf8')).toContain('not reached');
    expect(code).toBe(130);
  }, 30_000);
});
