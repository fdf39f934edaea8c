import type { Scope } from '../../../shared/auth/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { present } from '../../../shared/errors/index.ts';
import type { StaffKey } from '../contract/index.ts';

interface StaffKeyRow {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: Date;
  createdBy: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
  revokedBy: string | null;
}

export interface KeyToInsert {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly tokenHash: Buffer;
  readonly salt: string;
  readonly expiresAt: string | null;
  readonly createdBy: string;
}

const COLUMNS = `id, name, scopes, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt",
  revoked_at as "revokedAt", revoked_by as "revokedBy"`;

export class StaffKeyRepository {
  /** Part of every staff request: one look-up in a unique index. */
  async findValid(work: UnitOfWork, tokenHash: Buffer): Promise<{ id: string; scopes: Scope[] } | undefined> {
    return await work.row(
      `select id, scopes from staff_keys
       where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
      [tokenHash],
    );
  }

  async list(work: UnitOfWork, after: string, limit: number): Promise<StaffKey[]> {
    const rows = await work.rows<StaffKeyRow>(`select ${COLUMNS} from staff_keys where id > $1 order by id limit $2`, [
      after,
      limit,
    ]);
    return rows.map(toStaffKey);
  }

  /** The key with its salt, which is null once it is forgotten. */
  async findSalted(work: UnitOfWork, id: string): Promise<{ key: StaffKey; salt: string | null } | undefined> {
    const row = await work.row<StaffKeyRow & { salt: string | null }>(
      `select ${COLUMNS}, salt from staff_keys where id = $1`,
      [id],
    );
    return row === undefined ? undefined : { key: toStaffKey(row), salt: row.salt };
  }

  async insert(work: UnitOfWork, key: KeyToInsert): Promise<StaffKey> {
    const row = await work.row<StaffKeyRow>(
      `insert into staff_keys (id, name, scopes, token_hash, salt, expires_at, created_by)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [key.id, key.name, [...key.scopes], key.tokenHash, key.salt, key.expiresAt, key.createdBy],
    );
    return toStaffKey(present(row, 'an inserted key is returned'));
  }

  /** Inserts the key that the configuration names, or makes the one with its token valid again. */
  async upsertConfigured(work: UnitOfWork, key: Omit<KeyToInsert, 'salt' | 'expiresAt'>): Promise<StaffKey> {
    const row = await work.row<StaffKeyRow>(
      `insert into staff_keys (id, name, scopes, token_hash, configured, created_by) values ($1, $2, $3, $4, true, $5)
       on conflict (token_hash) do update
       set name = excluded.name, scopes = excluded.scopes, configured = true, expires_at = null, revoked_at = null,
           revoked_by = null
       returning ${COLUMNS}`,
      [key.id, key.name, [...key.scopes], key.tokenHash, key.createdBy],
    );
    return toStaffKey(present(row, 'an upserted key is returned'));
  }

  /** Revokes the keys that were configured under this name, save one. */
  async revokeOtherConfigured(work: UnitOfWork, key: StaffKey, revokedBy: string): Promise<void> {
    await work.run(
      `update staff_keys set revoked_at = now(), revoked_by = $3
       where name = $1 and id <> $2 and configured and revoked_at is null`,
      [key.name, key.id, revokedBy],
    );
  }

  /** False: there is no such key. The first revocation is the one that is remembered. */
  async revoke(work: UnitOfWork, id: string, revokedBy: string): Promise<boolean> {
    const changed = await work.run(
      `update staff_keys set revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, $2), salt = null
       where id = $1`,
      [id, revokedBy],
    );
    return changed === 1;
  }

  async forgetSalts(work: UnitOfWork, olderThanMs: number): Promise<void> {
    await work.run(
      `update staff_keys set salt = null
       where salt is not null and created_at < now() - $1 * interval '1 millisecond'`,
      [olderThanMs],
    );
  }
}

function toStaffKey(row: StaffKeyRow): StaffKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
  };
}
