export * from './outbox.ts';
export * from './transport.ts';
export * from './bullmq-transport.ts';
export * from './relay.ts';
export * from './consumer.ts';
export * from './migrate-bus.ts';
