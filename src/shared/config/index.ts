export * from './config.ts';
export * from './read-placement.ts';
export * from './roles.ts';
