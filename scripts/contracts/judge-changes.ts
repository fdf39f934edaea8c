import { isDeepStrictEqual } from 'node:util';
import { compareContracts, type Break } from './compare-contracts.ts';
import type { ContractFiles } from './contract-files.ts';
import type { ContractRecord } from './contract-record.ts';
import { nameConsumers, type Consumers } from './name-consumers.ts';

export interface Judgement {
  /** A sentence for each change that an older process, or an event that it has published, would not survive. */
  readonly breaks: readonly string[];
  /** Modules whose contract has changed and is not recorded. */
  readonly unrecorded: readonly string[];
}

/** What has become of the recorded contracts in the code. */
export function judgeChanges(
  records: readonly ContractRecord[],
  files: ContractFiles,
  consumers: Consumers,
): Judgement {
  const breaks: Break[] = [];
  const unrecorded: string[] = [];
  const now = new Map(records.map((record) => [record.module, record]));
  for (const name of new Set([...files.names(), ...now.keys()])) {
    const [before, current] = [files.read(name), now.get(name)];
    // A module that is no more takes all of its promises with it.
    if (before !== undefined) breaks.push(...compareContracts(before, current ?? empty(name)));
    if (!isDeepStrictEqual(before, current)) unrecorded.push(name);
  }
  return { breaks: breaks.map((each) => describe(each, consumers)), unrecorded };
}

function empty(module: string): ContractRecord {
  return { module, operations: {}, events: {}, errors: {}, hears: [] };
}

const NOUNS = { operation: 'an operation', event: 'an event', error: 'an error', subscription: 'a subscription' };

/** What, whom it hits, and what to do instead. */
export function describe({ subject, what, remedy }: Break, consumers: Consumers): string {
  const relied = nameConsumers(subject, consumers);
  const whom = relied.length === 0 ? 'nobody here, maybe somebody outside' : relied.join(', ');
  const place =
    subject.kind === 'subscription' ? `${subject.module}, of ${subject.name}` : `${subject.module}.${subject.name}`;
  return `${place} (${NOUNS[subject.kind]}): ${what}. It hits ${whom}. Instead, ${remedy}`;
}
