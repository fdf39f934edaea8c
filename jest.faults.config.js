import everyday from './jest.config.js';

/** Suites that start and kill real processes: slower than the others, so they have a command of their own. */
export default {
  ...everyday,
  testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/setup/start-fault-services.ts',
  testTimeout: 120_000,
};
