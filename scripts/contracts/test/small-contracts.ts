import { z } from 'zod';
import { command, defineContract, event, problem, query, upcast } from '../../../src/shared/contract/index.ts';
import { recordContract, type ContractRecord } from '../contract-record.ts';

export const Name = z.string().max(50);
const anyInput = z.strictObject({});
const anyOutput = z.object({});

type Shape = Record<string, z.ZodType>;
export const takes = (shape: Shape): ContractRecord =>
  recordContract(defineContract('shop', { operations: { buy: command(z.strictObject(shape), anyOutput) } }));
export const answers = (output: z.ZodType): ContractRecord =>
  recordContract(defineContract('shop', { operations: { buy: command(anyInput, output) } }));
export const answersWith = (shape: Shape): ContractRecord => answers(z.object(shape));
export const publishes = (
  version: number,
  shape: Shape,
  earlier: Readonly<Record<number, z.ZodObject>> = {},
): ContractRecord => {
  const upcasts = Object.entries(earlier).map(([from, data]) => [from, upcast(data, (before) => before)]);
  const sold = event(version, {
    of: 'id',
    data: z.object({ id: z.string(), ...shape }),
    upcasts: Object.fromEntries(upcasts),
  });
  return recordContract(defineContract('shop', { operations: {}, events: { sold } }));
};
export const throws = (status: number, shape: Shape): ContractRecord =>
  recordContract(
    defineContract('shop', { operations: {}, errors: { gone: problem(status, 'Gone', z.object(shape)) } }),
  );
export const nothing = recordContract(defineContract('shop', { operations: {} }));
export const looks = recordContract(defineContract('shop', { operations: { buy: query(anyInput, anyOutput) } }));
export const repeats = recordContract(
  defineContract('shop', { operations: { buy: command(anyInput, anyOutput, { repeat: 'natural' }) } }),
);
export const hears = (...types: string[]): ContractRecord =>
  recordContract(defineContract('shop', { operations: {} }), types);

export function renamedAggregate(): ContractRecord {
  const sold = event(1, { of: 'name', data: z.object({ id: z.string(), name: Name }) });
  return recordContract(defineContract('shop', { operations: {}, events: { sold } }));
}
