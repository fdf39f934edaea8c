export * from './define-saga.ts';
export * from './saga-store.ts';
export * from './saga-environment.ts';
export * from './saga-run.ts';
export * from './saga-runner.ts';
export * from './crash-points.ts';
