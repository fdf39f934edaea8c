export * from './use-case.ts';
export * from './idempotency.ts';
export * from './pipeline.ts';
export * from './client.ts';
export * from './codec.ts';
export * from './local-transport.ts';
