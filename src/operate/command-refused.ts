import { codeOf, isConnectionFailure } from '../shared/database/index.ts';
import { ContractError, SystemFailure } from '../shared/errors/index.ts';

/** Why a command did not do what it was asked to, in plain words. */
export class CommandRefused extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CommandRefused';
  }
}

const FOREIGN_ROLES =
  'does not know the roles of the modules by these passwords; give the command the environment of the server, BANYAN_SECRET and BANYAN_ROLE_PREFIX included, or migrate first: --migrate-only';
const NOT_MIGRATED = 'lacks what this version keeps in it; migrate first: --migrate-only';

/** By Postgres' code: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DATABASE_REMEDIES: Readonly<Record<string, string>> = {
  '28000': FOREIGN_ROLES,
  '28P01': FOREIGN_ROLES,
  '3D000': 'is not there; correct DATABASE_URL',
  '42P01': NOT_MIGRATED,
  '42703': NOT_MIGRATED,
};

/** The error as a sentence for the operator; a defect of ours stays what it is. */
export function toRefusal(error: unknown): unknown {
  const sentence = sentenceOf(error);
  return sentence === undefined ? error : new CommandRefused(sentence, { cause: error });
}

function sentenceOf(error: unknown): string | undefined {
  if (error instanceof ContractError) return describe(error);
  if (error instanceof SystemFailure) {
    const outcome = error.mayHaveHappened ? 'It may have happened all the same: see the list' : 'Nothing has happened';
    return `${error.message}. ${outcome}.`;
  }
  const remedy = DATABASE_REMEDIES[codeOf(error) ?? ''];
  if (remedy !== undefined) return `The database ${remedy}.`;
  if (!isConnectionFailure(error)) return undefined;
  const reason = error instanceof Error ? error.message : String(error);
  return `The database cannot be reached (${reason}); start it or correct DATABASE_URL.`;
}

/** `No such dead letter: eventId evt_01j… (system.dead_letter_not_found).` */
function describe({ title, detail, details, faults, code }: ContractError): string {
  const facts = [
    ...(detail === undefined ? [] : [detail]),
    ...Object.entries(details ?? {}).map(([name, value]) => `${name} ${String(value)}`),
    ...(faults ?? []).map(({ pointer, message }) => `${pointer.slice(1).replaceAll('/', '.')} ${message}`.trim()),
  ];
  return `${title}${facts.length === 0 ? '' : `: ${facts.join(', ')}`} (${code}).`;
}
