export * from './environment.ts';
export * from './config.ts';
export { ISOLATION_LEVELS, type IsolationLevel } from './isolation.ts';
export * from './read-placement.ts';
export * from './roles.ts';
