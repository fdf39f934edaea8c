import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { DifferenceKind } from '../contract/index.ts';

export interface OpenDifference {
  readonly kind: DifferenceKind;
  readonly detail: string;
}

// What is no longer found is gone; what is found again keeps the time when it was found first.
const REPLACE = `
  with found as (
    select kind, string_agg(detail, '; ') as detail
    from jsonb_to_recordset($3::jsonb) as f(kind text, detail text) group by kind
  ),
  gone as (
    delete from differences d
    where d.provider = $1 and d.charge_key = $2 and d.kind not in (select kind from found)
  )
  insert into differences (provider, charge_key, kind, detail)
  select $1, $2, kind, detail from found
  on conflict (provider, charge_key, kind) do update set detail = excluded.detail, checked_at = now()`;

/** Differences that nobody has put right yet, by charge. */
export class DifferenceRepository {
  /** What the latest look at a charge has found takes the place of what was found before. */
  async replace(
    work: UnitOfWork,
    provider: string,
    chargeKey: string,
    found: readonly OpenDifference[],
  ): Promise<void> {
    const rows = found.map(({ kind, detail }) => ({ kind, detail }));
    await work.run(REPLACE, [provider, chargeKey, JSON.stringify(rows)]);
  }

  /** Keys of charges that have differences, those first at which nobody has looked for longest. */
  async listKeys(work: UnitOfWork, provider: string, limit: number): Promise<string[]> {
    const rows = await work.rows<{ key: string }>(
      `select charge_key as key from differences where provider = $1
       group by charge_key order by min(checked_at), charge_key limit $2`,
      [provider, limit],
    );
    return rows.map(({ key }) => key);
  }
}
