import { chownSync, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresFailure } from './embedded-postgres-failure.ts';

/** The account the server runs under. Undefined everywhere stands for "the account we have", which need not change. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const NOBODY_UID = 65_534;
const EXECUTE = 0o1;

/** Postgres refuses to run as root, so under root it runs as the owner of its cluster, or as nobody for a new one. */
export function serverUserFor(clusterDir: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readAccounts();
  if (existsSync(clusterDir)) {
    const owner = statSync(clusterDir);
    const name = accounts.find((account) => account.uid === owner.uid)?.name ?? String(owner.uid);
    if (owner.uid !== 0) return { name, uid: owner.uid, gid: owner.gid };
  }
  const nobody =
    accounts.find((account) => account.name === 'nobody') ?? accounts.find((account) => account.uid === NOBODY_UID);
  if (nobody !== undefined) return nobody;
  throw new EmbeddedPostgresFailure(
    'Postgres refuses to run as root and this machine has no user nobody; run Banyan as an ordinary user or set DATABASE_URL.',
  );
}

export function giveTo(user: ServerUser | undefined, path: string): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** Whether the user gets as far as the folder: every existing part of the path must let it through. */
export function canReach(user: ServerUser | undefined, folder: string): boolean {
  let part = canonicalPath(folder);
  // Ends at the root folder, which is its own parent.
  for (;;) {
    if (existsSync(part) && !isAllowed(user, part, EXECUTE)) return false;
    const parent = dirname(part);
    if (parent === part) return true;
    part = parent;
  }
}

/** Judges by owner, group and mode, as the kernel does. Access lists are not read. */
export function isAllowed(user: ServerUser | undefined, path: string, bits: number): boolean {
  if (user === undefined || user.uid === 0) return true;
  const { mode, uid, gid } = statSync(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** One spelling per folder, links resolved, also for a folder that does not exist yet. */
export function canonicalPath(path: string): string {
  let existing = resolve(path);
  const missing: string[] = [];
  while (!existsSync(existing) && dirname(existing) !== existing) {
    missing.unshift(basename(existing));
    existing = dirname(existing);
  }
  return join(realpathSync(existing), ...missing);
}

function readAccounts(): ServerUser[] {
  if (!existsSync('/etc/passwd')) return [];
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((account) => account.name !== '' && !account.name.startsWith('#') && account.uid !== 0);
}
