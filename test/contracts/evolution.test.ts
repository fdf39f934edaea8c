import { describe, expect, it } from '@jest/globals';
import { consumersInCode, contractsInCode, recordedContracts } from '../../scripts/contracts/contracts-in-code.ts';
import { judgeChanges } from '../../scripts/contracts/judge-changes.ts';

describe('what the modules have promised each other', () => {
  const { breaks, unrecorded } = judgeChanges(contractsInCode(), recordedContracts, consumersInCode());

  it('is kept, so that processes of the version before run beside those of this one', () => {
    expect(breaks).toEqual([]);
  });

  it('is on record: run `npm run contracts` and commit what it changes', () => {
    expect(unrecorded).toEqual([]);
  });
});
