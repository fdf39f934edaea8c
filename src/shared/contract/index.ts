export * from './operation.ts';
export * from './event.ts';
export * from './problem.ts';
export * from './define-contract.ts';
export * from './input-faults.ts';
