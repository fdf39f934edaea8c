import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, lchownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { promisify } from 'node:util';
import type { DataPlace } from './data-place.ts';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { ServerLog } from './server-log.ts';
import { serverEnvironment } from './server-environment.ts';
import { type ServerUser, giveTo } from './unprivileged-user.ts';

export interface Cluster {
  readonly password: string;
  readonly notices: readonly string[];
}

const INITDB_LIMIT_MS = 120_000;
const PASSWORD_BYTES = 24;
const REMOVE_RETRIES = 5;
const DRAFT_PREFIX = 'postgres.draft-';
const PASSWORD_FILE = 'postgres.password';
const UNKNOWN_USER = /could not look up effective user ID/;
/** Letters beyond ASCII are told apart by the C library; on other systems its name for this differs, and C does. */
const CHARACTER_TYPE = process.platform === 'linux' ? 'C.UTF-8' : 'C';

/** The cluster, made on the first start. It appears under its name only when it is whole. */
export async function prepareCluster(
  place: DataPlace,
  binaries: PostgresBinaries,
  log: ServerLog,
  isDurable: boolean,
): Promise<Cluster> {
  const { dataDir, clusterDir, user } = place;
  await removeDrafts(dataDir);
  const notices = await moveAsideIfIncomplete(clusterDir);
  const password = await readOrMakePassword(place);
  if (existsSync(clusterDir) && isComplete(clusterDir)) {
    assertSameMajorVersion(clusterDir, binaries);
    if (user !== undefined && statSync(clusterDir).uid !== user.uid) await giveTreeTo(user, clusterDir);
    return { password, notices };
  }
  const draft = join(dataDir, `${DRAFT_PREFIX}${randomUUID()}`);
  mkdirSync(draft, { mode: 0o700 });
  giveTo(user, draft);
  await runInitdb(draft, place, binaries, log, isDurable);
  await rename(draft, clusterDir);
  await syncFolder(dataDir);
  return { password, notices };
}

async function runInitdb(
  draft: string,
  { dataDir, user }: DataPlace,
  { initdb }: PostgresBinaries,
  log: ServerLog,
  isDurable: boolean,
): Promise<void> {
  const options = [
    ...['-D', draft, '--username=postgres', `--pwfile=${join(dataDir, PASSWORD_FILE)}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C', `--lc-ctype=${CHARACTER_TYPE}`],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
    ...(isDurable ? [] : ['--no-sync']),
  ];
  const offset = log.sizeBytes();
  try {
    const { stdout, stderr } = await promisify(execFile)(initdb, options, {
      ...(user && { uid: user.uid, gid: user.gid }),
      cwd: parse(dataDir).root,
      env: serverEnvironment(),
      timeout: INITDB_LIMIT_MS,
    });
    log.append(stdout + stderr);
  } catch (error) {
    await rm(draft, { recursive: true, force: true, maxRetries: REMOVE_RETRIES });
    log.append(outputOf(error));
    throw initdbFailure(error, initdb, dataDir, log.lastLinesSince(offset));
  }
}

function outputOf(error: unknown): string {
  if (!(error instanceof Error)) return `${String(error)}\n`;
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  const output = `${stdout}${stderr}`;
  return output === '' ? `${error.message}\n` : output;
}

function initdbFailure(error: unknown, initdb: string, dataDir: string, lastLines: string): EmbeddedPostgresFailure {
  const code = errorCode(error);
  let sentence =
    `Postgres could not make its cluster in ${dataDir}; cure what the log says, name another folder with ` +
    'BANYAN_DATA_DIR, or set DATABASE_URL to a server of your own.';
  if (code !== undefined) {
    sentence =
      `The Postgres program ${initdb} cannot be run here (${code}; it needs a system with the GNU C library and ` +
      'leave to run as an ordinary user); set DATABASE_URL to a server of your own.';
  } else if (UNKNOWN_USER.test(lastLines)) {
    sentence =
      `Postgres needs a user that is listed in /etc/passwd, and user ${process.getuid?.()} is not; run Banyan as a ` +
      'user that is, or set DATABASE_URL to a server of your own.';
  }
  return new EmbeddedPostgresFailure(`${sentence} ${lastLines}`, { cause: error });
}

/** An initdb whose parent was killed may still write into its draft, which is why every draft has a name of its own. */
async function removeDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(DRAFT_PREFIX)) continue;
    await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: REMOVE_RETRIES });
  }
}

/** We never leave such a folder, but a copy that broke off does. It is not ours to delete. */
async function moveAsideIfIncomplete(clusterDir: string): Promise<string[]> {
  if (!existsSync(clusterDir) || isComplete(clusterDir) || (await readdir(clusterDir)).length === 0) return [];
  const aside = `${clusterDir}.incomplete-${randomUUID()}`;
  await rename(clusterDir, aside);
  return [`The folder ${clusterDir} held no whole database; it was moved to ${aside} and a new one was made.`];
}

function isComplete(clusterDir: string): boolean {
  return ['PG_VERSION', join('global', 'pg_control')].every((file) => existsSync(join(clusterDir, file)));
}

function assertSameMajorVersion(clusterDir: string, { majorVersion }: PostgresBinaries): void {
  const found = readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim();
  if (found === majorVersion) return;
  throw new EmbeddedPostgresFailure(
    `The data in ${clusterDir} was written by Postgres ${found} and the installed binaries are ${majorVersion}; ` +
      'move it with pg_dump and pg_restore, or start afresh in another folder with BANYAN_DATA_DIR.',
  );
}

/** Written before the cluster it opens, so that there is never a cluster whose password nobody knows. */
async function readOrMakePassword({ dataDir, clusterDir, user }: DataPlace): Promise<string> {
  const path = join(dataDir, PASSWORD_FILE);
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (existsSync(clusterDir) && isComplete(clusterDir)) {
    throw new EmbeddedPostgresFailure(
      `The file ${path}, which opens the database beside it, is missing; put it back, or start afresh in another ` +
        'folder with BANYAN_DATA_DIR.',
    );
  }
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const draft = `${path}.draft`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  await file.writeFile(`${password}\n`);
  await file.sync();
  await file.close();
  giveTo(user, draft);
  await rename(draft, path);
  return password;
}

/** A restored backup often belongs to root. */
async function giveTreeTo(user: ServerUser, folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  lchownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
}

/** Makes the rename itself outlive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
