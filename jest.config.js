const esmOnly = ['inversify', '@inversifyjs', 'jose', '@seriousme'];

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/scripts/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  // They take long and have a configuration of their own: npm run test:faults.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/faults/'],
  globalSetup: '<rootDir>/test/setup/start-services.ts',
  globalTeardown: '<rootDir>/test/setup/stop-services.ts',
  setupFilesAfterEnv: ['<rootDir>/test/setup/register-application.ts'],
  testTimeout: 30_000,
  // Most of the time the suites wait: for databases, queues and pauses.
  maxWorkers: 3,
  transform: {
    '^.+\\.(ts|js)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs', ignoreDynamic: true },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};
