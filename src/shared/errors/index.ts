export * from './contract-error.ts';
export * from './system-failure.ts';
export * from './assert.ts';
export * from './start-failure.ts';
export * from './general-problems.ts';
