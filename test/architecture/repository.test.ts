import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './source-tree.ts';

interface Manifest {
  readonly engines?: { readonly node?: string };
  readonly scripts: Readonly<Record<string, string>>;
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
/** Text files only: a binary file holds a zero byte. */
const isText = (path: string): boolean => !readFileSync(join(ROOT, path)).subarray(0, 8_000).includes(0);

function trackedFiles(): string[] {
  const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return output.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

/** Lines that hold one of the texts, as `path:line`. */
function findIn(paths: readonly string[], texts: readonly string[]): string[] {
  return paths.filter(isText).flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (texts.some((text) => line.includes(text)) ? [`${path}:${index + 1}`] : [])),
  );
}

describe('a clone of the repository', () => {
  const manifest = JSON.parse(read('package.json')) as Manifest;

  it('installs from whichever registry its machine has', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": *"http/);
    expect(read('.npmrc')).not.toMatch(/registry *=|_auth|https?:/);
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('refuses a Node that is too old, in words', () => {
    expect(manifest.engines?.node).toMatch(/^>=20\.\d+/);
    expect(read('.npmrc')).toContain('engine-strict=true');
  });

  it('does not depend on where it was made', () => {
    const places = [`${dirname(ROOT)}/`, ROOT].filter((place) => place.length > 3);
    expect(findIn(trackedFiles(), places)).toEqual([]);
  });

  it('would be found if it did', () => {
    expect(findIn(['package.json'], ['"name": "banyan"'])).toEqual(['package.json:2']);
  });

  it('holds no plans or hand-offs, no large files and nothing that is generated at build', () => {
    const files = trackedFiles();
    expect(
      files.filter((path) =>
        /(^|\/)(plan|notes?|handoff|hand-off|progress|session|status|summary)[^/]*\.md$/i.test(path),
      ),
    ).toEqual([]);
    expect(files.filter((path) => /^(dist|coverage|reports|node_modules|\.banyan)\//.test(path))).toEqual([]);
    expect(files.filter((path) => statSync(join(ROOT, path)).size > 1_000_000)).toEqual([]);
  });

  it('has a file for each of its scripts, and one script that is all of CI', () => {
    const missing = Object.values(manifest.scripts)
      .flatMap((command) => command.match(/\bscripts\/[\w/.-]+\.ts/g) ?? [])
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
    expect(read('.ci/run')).toContain('npm run --silent check');
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o100).toBe(0o100);
  });

  it('is formatted', () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    expect(`${stdout}${stderr}`).toBe('');
  }, 120_000);
});
