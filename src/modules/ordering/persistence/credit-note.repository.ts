import type { UnitOfWork } from '../../../shared/database/index.ts';
import { money } from '../../../shared/values/index.ts';
import type { CreditNote } from '../contract/index.ts';

interface CreditNoteRow {
  id: string;
  number: number;
  reference: string;
  currency: string;
  lines: CreditNote['lines'];
  total: number;
  reason: string;
  issuedAt: Date;
}

const COLUMNS = `id, number, reference, currency, lines, total, reason, issued_at as "issuedAt"`;

export class CreditNoteRepository {
  async insert(
    work: UnitOfWork,
    note: {
      id: string;
      reference: string;
      currency: string;
      lines: CreditNote['lines'];
      total: number;
      reason: string;
      issuedAt: string | undefined;
    },
  ): Promise<void> {
    await work.run(
      `insert into credit_notes (id, reference, currency, lines, total, reason, issued_at)
       values ($1, $2, $3, $4, $5, $6, coalesce($7, now()))`,
      [
        note.id,
        note.reference,
        note.currency,
        JSON.stringify(note.lines),
        note.total,
        note.reason,
        note.issuedAt ?? null,
      ],
    );
  }

  /** Undefined when it has been issued already. */
  async issue(work: UnitOfWork, id: string): Promise<CreditNote | undefined> {
    const row = await work.row<CreditNoteRow>(
      `update credit_notes set status = 'issued' where id = $1 and status = 'pending' returning ${COLUMNS}`,
      [id],
    );
    return row === undefined ? undefined : toCreditNote(row);
  }

  async find(work: UnitOfWork, id: string): Promise<CreditNote | undefined> {
    const row = await work.row<CreditNoteRow>(`select ${COLUMNS} from credit_notes where id = $1`, [id]);
    return row === undefined ? undefined : toCreditNote(row);
  }

  async findByReference(work: UnitOfWork, reference: string): Promise<{ id: string } | undefined> {
    return await work.row<{ id: string }>('select id from credit_notes where reference = $1', [reference]);
  }
}

function toCreditNote(row: CreditNoteRow): CreditNote {
  return {
    id: row.id,
    number: row.number,
    reference: row.reference,
    currency: row.currency,
    lines: row.lines,
    total: money(row.total, row.currency),
    reason: row.reason,
    issuedAt: row.issuedAt.toISOString(),
  };
}
