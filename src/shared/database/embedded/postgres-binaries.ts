import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';
import { type ServerUser, canReach, isAllowed } from './unprivileged-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The part of the version that decides whether a cluster can be read, such as 18. */
  readonly majorVersion: string;
  readonly notices: readonly string[];
}

interface Link {
  readonly source: string;
  readonly target: string;
}

const COPY_PREFIX = 'postgres-binaries-';
const READ = 0o4;
const READ_AND_EXECUTE = 0o5;
const ALL_EXECUTE = 0o111;
/** npm's postinstall makes the links where scripts may run; these are what stops us from making them ourselves. */
const NOT_OURS_TO_CHANGE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC']);
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** Finds the installed binaries and makes them usable, in place where possible and else as a copy in the data folder. */
export async function preparePostgresBinaries(
  dataDir: string,
  user: ServerUser | undefined,
): Promise<PostgresBinaries> {
  const { root, version } = locatePackage();
  const native = join(root, 'native');
  if (completeInPlace(root) && isUsableBy(user, native)) return { ...binariesIn(native, version), notices: [] };
  const copy = await copyOut(root, join(dataDir, `${COPY_PREFIX}${version}`));
  const notice = `The Postgres binaries in ${root} cannot be used where they are, so a copy in ${copy} is used.`;
  return { ...binariesIn(join(copy, 'native'), version), notices: [notice] };
}

/** Resolved from this very file, so that it works whatever the working folder is. */
function locatePackage(): { root: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const root = packageRoot(name);
  if (root === undefined) {
    throw new EmbeddedPostgresFailure(
      `There are no Postgres binaries for ${platform}-${process.arch} here (package ${name}); ` +
        'install with optional dependencies, or set DATABASE_URL to a Postgres server of your own.',
    );
  }
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return { root, version: String(version) };
}

function packageRoot(name: string): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    if (errorCode(error) === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function binariesIn(native: string, version: string): Omit<PostgresBinaries, 'notices'> {
  return {
    initdb: join(native, 'bin', `initdb${SUFFIX}`),
    postgres: join(native, 'bin', `postgres${SUFFIX}`),
    majorVersion: version.split('.')[0] ?? '',
  };
}

/** Makes what `npm ci --ignore-scripts` leaves out. False where the folder is not ours to change. */
function completeInPlace(root: string): boolean {
  try {
    for (const link of readLinks(root)) makeLink(join(root, link.source), join(root, link.target));
    for (const program of programs(root)) {
      const { mode } = statSync(program);
      if ((mode & ALL_EXECUTE) !== ALL_EXECUTE) chmodSync(program, mode | ALL_EXECUTE);
    }
    return true;
  } catch (error) {
    if (NOT_OURS_TO_CHANGE.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

function programs(root: string): string[] {
  return ['initdb', 'postgres'].map((name) => join(root, 'native', 'bin', `${name}${SUFFIX}`));
}

function readLinks(root: string): Link[] {
  const file = join(root, 'native', 'pg-symlinks.json');
  // Platforms without such links come without the file.
  if (!existsSync(file)) return [];
  const links: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(links) ? links.filter(isLink) : [];
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return false;
  return typeof value.source === 'string' && typeof value.target === 'string';
}

/** Relative, so that the folder can be moved. Another process starting from the same checkout may be first. */
function makeLink(source: string, target: string): void {
  if (existsSync(target)) return;
  try {
    symlinkSync(relative(dirname(target), source), target);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** One file of each kind stands for the rest: npm gives all files of a package the same rights. */
function isUsableBy(user: ServerUser | undefined, native: string): boolean {
  const folders = ['bin', 'lib', join('lib', 'postgresql'), 'share', join('share', 'postgresql')];
  if (!folders.every((folder) => canReach(user, join(native, folder)))) return false;
  const bootstrapData = join(native, 'share', 'postgresql', 'postgres.bki');
  return (
    programs(dirname(native)).every((program) => isAllowed(user, program, READ_AND_EXECUTE)) &&
    (!existsSync(bootstrapData) || isAllowed(user, bootstrapData, READ))
  );
}

/** Copied aside and renamed, so that a copy that was killed midway is never taken for a whole one. */
async function copyOut(root: string, copy: string): Promise<string> {
  const parent = dirname(copy);
  const others = (await readdir(parent)).filter((name) => name.startsWith(COPY_PREFIX) && join(parent, name) !== copy);
  for (const other of others) await rm(join(parent, other), { recursive: true, force: true });
  if (!existsSync(copy)) {
    const draft = `${copy}.draft`;
    await cp(root, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await rename(draft, copy);
  }
  if (completeInPlace(copy)) return copy;
  throw new EmbeddedPostgresFailure(
    `The copy of the Postgres binaries in ${copy} cannot be completed; name a folder on a local disk with BANYAN_DATA_DIR.`,
  );
}

async function openToAll(folder: string): Promise<void> {
  chmodSync(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
