import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ContractFiles } from './contract-files.ts';
import type { ContractRecord } from './contract-record.ts';
import { consumersInCode, contractsInCode } from './contracts-in-code.ts';
import { judgeChanges } from './judge-changes.ts';

const folders: string[] = [];
const codeAsItIs = contractsInCode();
const consumers = consumersInCode();

/** A checkout on record, in which one contract is not as it was. */
function recordOf(module: string, change: (record: ContractRecord) => ContractRecord): ContractFiles {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-contracts-'));
  folders.push(folder);
  const files = new ContractFiles(folder);
  for (const record of codeAsItIs) files.write(record.module === module ? change(record) : record);
  return files;
}

const judge = (module: string, change: (record: ContractRecord) => ContractRecord) =>
  judgeChanges(codeAsItIs, recordOf(module, change), consumers);

describe('a change of a contract', () => {
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it('is none where code and record agree', () => {
    expect(judge('catalog', (record) => record)).toEqual({ breaks: [], unrecorded: [] });
  });

  it('asks to be recorded, also where it breaks nothing', () => {
    const { getVariants, ...operations } = codeAsItIs.find(({ module }) => module === 'catalog')?.operations ?? {};
    expect(getVariants).toBeDefined();
    expect(judge('catalog', (record) => ({ ...record, operations }))).toEqual({ breaks: [], unrecorded: ['catalog'] });
  });

  it('names those who call', () => {
    const { breaks } = judge('catalog', (record) => {
      const { getVariants } = record.operations;
      if (getVariants === undefined) throw new Error('catalog has lost getVariants');
      return {
        ...record,
        operations: { ...record.operations, getSkus: getVariants, getVariants: { ...getVariants, kind: 'command' } },
      };
    });
    expect(breaks).toEqual([
      expect.stringMatching(/^catalog.getVariants .* It hits pricing, inventory\. Instead, add an operation/),
      expect.stringMatching(
        /^catalog.getSkus \(an operation\): it is gone\. It hits nobody here, maybe somebody outside\./,
      ),
    ]);
  });

  it('names sagas and endpoints that call', () => {
    const keyed =
      (name: string) =>
      (record: ContractRecord): ContractRecord => {
        const operation = record.operations[name];
        if (operation === undefined) throw new Error(`${record.module} has lost ${name}`);
        return { ...record, operations: { ...record.operations, [name]: { ...operation, repeat: 'never' } } };
      };
    expect(judge('inventory', keyed('reserveStock')).breaks).toEqual([expect.stringContaining('It hits ordering.')]);
    expect(judge('inventory', keyed('receiveStock')).breaks).toEqual([
      expect.stringContaining('It hits POST /admin/v1/stock/receipts.'),
    ]);
  });

  it('names those who hear', () => {
    const { breaks } = judge('ordering', (record) => ({
      ...record,
      events: { ...record.events, orderConfirmed: { of: 'orderId', versions: { '7': { type: 'object' } } } },
    }));
    expect(breaks).toContainEqual(expect.stringContaining('It hits fulfilment, notifications, reporting.'));
  });

  it('names those who look for an error', () => {
    const { breaks } = judge('payments', (record) => {
      const { declined } = record.errors;
      if (declined === undefined) throw new Error('payments has lost declined');
      return { ...record, errors: { ...record.errors, declined: { ...declined, status: 409 } } };
    });
    expect(breaks).toEqual([
      expect.stringMatching(
        /^payments.declined \(an error\): its status was 409 and is 402\. It hits ordering, fulfilment\./,
      ),
    ]);
  });

  it('is a break of all promises when a module is gone', () => {
    const files = recordOf('catalog', (record) => record);
    const { breaks, unrecorded } = judgeChanges(
      codeAsItIs.filter(({ module }) => module !== 'reporting'),
      files,
      consumers,
    );
    expect(breaks).toContainEqual(expect.stringMatching(/^reporting.getSalesReport .* it is gone/));
    expect(unrecorded).toEqual(['reporting']);
  });
});
