import base from './jest.config.js';

/** What happens when processes, Redis or Postgres die. One suite at a time: each kills what it has started. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  maxWorkers: 1,
};
