import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresFailure, errorCode } from './embedded-postgres-failure.ts';
import { type ServerUser, canReach, canonicalPath, isAllowed, serverUserFor } from './unprivileged-user.ts';

const SYSTEM_DATA_DIR = '/var/lib/banyan';
const HASH_LENGTH = 12;
/** Others may pass through the data folder to what is theirs inside, and list nothing. */
const PASSABLE = 0o711;

export interface DataPlace {
  readonly dataDir: string;
  readonly clusterDir: string;
  readonly user: ServerUser | undefined;
  readonly notices: readonly string[];
}

/**
 * Decides where the data lives and makes the folder.
 *
 * Under root the server is another user, to whom a folder below a closed home is out of reach; then the data goes to a
 * place named after the folder that was asked for. Where data already lies, there it stays: permissions that change
 * between two starts must never make a shop's data seem gone.
 */
export function prepareDataPlace(askedDir: string): DataPlace {
  const asked = canonicalPath(askedDir);
  mustBeFolder(asked);
  const user = serverUserFor(clusterIn(asked));
  if (user === undefined) return place(asked, undefined);

  const isAskedOpen = isOpenTo(user, asked);
  if (isAskedOpen && existsSync(clusterIn(asked))) return place(asked, user);
  const elsewhere = placesElsewhere(asked).find((dir) => isOwnedByUs(dir) && existsSync(clusterIn(dir)));
  if (elsewhere !== undefined) return placeElsewhere(elsewhere, asked);
  if (isAskedOpen) return place(asked, user);
  if (existsSync(clusterIn(asked))) throw closedToOwner(asked, user);
  return firstUsablePlace(asked);
}

export function clusterIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}

function placesElsewhere(asked: string): string[] {
  const hash = createHash('sha256').update(asked).digest('hex').slice(0, HASH_LENGTH);
  return [join(SYSTEM_DATA_DIR, hash), join(canonicalPath(tmpdir()), `banyan-${hash}`)];
}

function firstUsablePlace(asked: string): DataPlace {
  const refusals: string[] = [];
  for (const dir of placesElsewhere(asked)) {
    try {
      const isFree = isOwnedByUs(dir) || !existsSync(dir);
      const found = isFree ? placeElsewhere(dir, asked) : undefined;
      if (found !== undefined && isOwnedByUs(dir) && canReach(found.user, dir)) return found;
      refusals.push(`${dir} belongs to someone else or is closed`);
    } catch (error) {
      refusals.push(`${dir} gave ${errorCode(error) ?? String(error)}`);
    }
  }
  throw new EmbeddedPostgresFailure(
    `The data folder ${asked} is out of reach for the user Postgres runs as, and so is every other place ` +
      `(${refusals.join('; ')}); name a folder that all users may pass through to with BANYAN_DATA_DIR.`,
  );
}

function placeElsewhere(dir: string, asked: string): DataPlace {
  const user = serverUserFor(clusterIn(dir));
  const notice =
    `Postgres runs as ${user?.name ?? 'an ordinary user'}, who cannot reach ${asked}, so its data lives in ${dir}; ` +
    'set BANYAN_DATA_DIR to a folder that all users may pass through to if it should live elsewhere.';
  return { ...place(dir, user), notices: [notice] };
}

function place(dataDir: string, user: ServerUser | undefined): DataPlace {
  const firstMade = mkdirSync(dataDir, { recursive: true, mode: user === undefined ? 0o700 : PASSABLE });
  if (user !== undefined) {
    if (firstMade !== undefined) openFolders(dataDir, firstMade);
    else if (!isAllowed(user, dataDir, 0o1)) chmodSync(dataDir, (statSync(dataDir).mode & 0o777) | PASSABLE);
  }
  return { dataDir, clusterDir: clusterIn(dataDir), user, notices: [] };
}

/** A strict umask would close the folders we have just made to the server's user. */
function openFolders(dataDir: string, firstMade: string): void {
  for (let made = dataDir; made.length >= firstMade.length; made = dirname(made)) chmodSync(made, PASSABLE);
}

/** A file in the way is a mistake to report, not a folder that the server cannot reach. */
function mustBeFolder(asked: string): void {
  let part = asked;
  while (!existsSync(part) && dirname(part) !== part) part = dirname(part);
  if (statSync(part).isDirectory()) return;
  throw new EmbeddedPostgresFailure(
    `The data folder ${asked} cannot be made, for ${part} is not a folder; name another folder with BANYAN_DATA_DIR.`,
  );
}

/** The data folder is Banyan's own, so its mode is ours to widen; the modes of its parents are not. */
function isOpenTo(user: ServerUser, dataDir: string): boolean {
  if (!canReach(user, dirname(dataDir))) return false;
  return !existsSync(dataDir) || isAllowed(user, dataDir, 0o1) || isOwnedByUs(dataDir);
}

/** In a folder that everybody may write to, a stranger could have laid out our place before us. */
function isOwnedByUs(dir: string): boolean {
  const found = lstatSync(dir, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === process.getuid?.();
}

function closedToOwner(asked: string, user: ServerUser): EmbeddedPostgresFailure {
  return new EmbeddedPostgresFailure(
    `The data folder ${asked} holds a database, but ${user.name}, whom Postgres runs as, can no longer reach it; ` +
      'let all users pass through its parent folders (chmod o+x), or start afresh elsewhere with BANYAN_DATA_DIR.',
  );
}
