import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
const PACKED = join(ROOT, 'test', 'fixtures', 'releases', 'previous.tgz');

/** Unpacks the program of the release before into a folder, with this checkout's packages. Returns its main file. */
export function unpackPreviousRelease(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('tar', ['-xzf', PACKED, '-C', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the release before could not be unpacked: ${stderr}`);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist', 'main.js');
}
