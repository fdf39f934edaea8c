import { z } from 'zod';
import { defineContract, query } from '../../src/shared/contract/index.ts';

const Said = z.strictObject({
  orderId: z.string(),
  lines: z.array(z.strictObject({ sku: z.string(), quantity: z.int() })),
});

/** Says what it is told. */
export const Echo = defineContract('echo', { operations: { say: query(Said, Said) } });

export const ECHO_SECRET = 'a secret of measurements alone';

/** Where a process answers it, bare and as calls between processes come. */
export interface EchoPorts {
  readonly bare: number;
  readonly calls: number;
}
