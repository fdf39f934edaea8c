export * from './database-errors.ts';
export * from './database-layout.ts';
export * from './connect-admin.ts';
export * from './provision.ts';
export * from './migrator.ts';
export * from './module-database.ts';
export * from './scoped-model.ts';
export * from './unit-of-work.ts';
