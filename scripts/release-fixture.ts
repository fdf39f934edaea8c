import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** `npm run release-fixture [-- <commit or tag>]`: builds that version and keeps it for the test of rolling upgrades. */
const root = resolve(import.meta.dirname, '..');
const [commit = 'HEAD'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'banyan-release-'));
const checkout = join(folder, 'checkout');
const releases = join(root, 'test', 'fixtures', 'releases');
/** What a process needs beside packages: the program, and the manifest with its version. */
const PARTS = ['dist', 'package.json'];

function run(command: string, arguments_: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(command, arguments_, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${arguments_.join(' ')} failed`, { cause: error });
}

try {
  run('git', ['worktree', 'add', '--detach', checkout, commit], root);
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const build = ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.build.json', '--sourceMap', 'false'];
  run(process.execPath, [...build, '--incremental', 'false'], checkout);
  if (!existsSync(releases)) mkdirSync(releases, { recursive: true });
  run('tar', ['--sort=name', '--owner=0', '--group=0', '-czf', join(releases, 'previous.tgz'), ...PARTS], checkout);
  process.stdout.write('Wrote test/fixtures/releases/previous.tgz.\n');
} finally {
  run('git', ['worktree', 'remove', '--force', checkout], root);
  rmSync(folder, { recursive: true, force: true });
}
