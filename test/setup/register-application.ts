import { jest } from '@jest/globals';
import { registerApplication } from '../../src/shared/testing/application.ts';
import type * as TestApplication from './start-test-application.ts';

/** Loaded by the suites that start it, and by no other: it is all of the program. */
registerApplication(async (options) => {
  const loaded = jest.requireActual<typeof TestApplication>('./start-test-application.ts');
  return await loaded.startTestApplication(options);
});
