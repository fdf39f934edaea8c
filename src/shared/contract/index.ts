export * from './operation.ts';
export * from './event.ts';
export * from './problem.ts';
export * from './define-contract.ts';
export * from './input-faults.ts';
export * from './read-event.ts';
export * from './tolerant-reader.ts';
export * from './without-defaults.ts';
