export * from './application.ts';
export * from './eventually.ts';
export * from './kernel-world.ts';
export * from './test-database.ts';
export * from './test-services.ts';
export * from './world.ts';
export * from './scratch-database.ts';
export * from './purchase.ts';
