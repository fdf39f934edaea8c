import { join } from 'node:path';
import { modules } from '../../src/modules/index.ts';
import { System } from '../../src/shared/module/index.ts';
import { isTest, readSources, ROOT } from '../../test/architecture/source-tree.ts';
import { ContractFiles } from './contract-files.ts';
import { recordContract, recordModule, type ContractRecord } from './contract-record.ts';
import type { Consumers } from './name-consumers.ts';

/** Where what was promised lies. */
export const recordedContracts = new ContractFiles(join(ROOT, 'contracts'));

/** What the code promises now: every module, and the operator's desk, which the processes ask each other for. */
export function contractsInCode(): ContractRecord[] {
  return [recordContract(System), ...modules.map(recordModule)];
}

export function consumersInCode(): Consumers {
  return { definitions: modules, code: readSources(['src/modules']).filter(({ path }) => !isTest(path)) };
}
