export * from './config.ts';
export * from './read-placement.ts';
