import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDir } from './data-dir-lock.ts';
import { startOf } from './process-identity.ts';
import { temporaryFolder } from './test/installed-app.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = temporaryFolder();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function leaveLock(pid: number, start: string): void {
  writeFileSync(join(dataDir, 'banyan.lock.7'), JSON.stringify({ pid, start }));
}

describe('a data folder', () => {
  it('has one owner at a time, and a next one once it is given back', async () => {
    const release = await lockDataDir(dataDir, undefined);
    await expect(lockDataDir(dataDir, undefined)).rejects.toThrow(`is in use by process ${process.pid};`);
    release();
    const releaseAgain = await lockDataDir(dataDir, undefined);
    releaseAgain();
  });

  it('goes to exactly one of many that reach for it at once after a crash', async () => {
    leaveLock(2 ** 22 + 1, '');
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(dataDir, undefined)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual(['banyan.lock.8']);
  });

  it('is not held by a stranger who was given the number of a dead owner', async () => {
    leaveLock(process.ppid, `${startOf(process.ppid)}0`);
    const release = await lockDataDir(dataDir, undefined);
    release();
  });

  it('is held by another process that lives', async () => {
    leaveLock(process.ppid, startOf(process.ppid));
    await expect(lockDataDir(dataDir, undefined)).rejects.toThrow(`is in use by process ${process.ppid};`);
  });

  it('is not held through a lock file that broke off', async () => {
    writeFileSync(join(dataDir, 'banyan.lock.7'), '{"pid":');
    const release = await lockDataDir(dataDir, undefined);
    release();
  });
});
