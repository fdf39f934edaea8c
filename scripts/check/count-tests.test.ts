import { describe, expect, it } from '@jest/globals';
import { countTests, describeFailures, type JestReport } from './count-tests.ts';

const passed = { status: 'passed', fullName: 'sells', failureMessages: [] };
const failed = { status: 'failed', fullName: 'refunds', failureMessages: ['expected 1, received 2'] };

function report(counts: Partial<JestReport>): JestReport {
  return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, testResults: [], ...counts };
}

describe('the count of tests', () => {
  it('is the sum over all reports', () => {
    expect(countTests([report({ numPassedTests: 7, numFailedTests: 1 }), report({ numPassedTests: 5 })])).toEqual({
      passed: 12,
      failed: 1,
    });
  });

  it('does not hide a suite that broke before its first test', () => {
    expect(countTests([report({ numPassedTests: 7, numRuntimeErrorTestSuites: 2 })])).toEqual({ passed: 7, failed: 2 });
  });

  it('of nothing is nothing', () => {
    expect(countTests([])).toEqual({ passed: 0, failed: 0 });
  });
});

describe('what failed', () => {
  it('is named, with its message, and nothing else is', () => {
    const results = [{ name: 'till.test.ts', message: 'long', assertionResults: [passed, failed] }];
    expect(describeFailures([report({ testResults: results })])).toEqual([
      'till.test.ts\n  refunds\nexpected 1, received 2',
    ]);
  });

  it('includes a suite that did not run', () => {
    const results = [{ name: 'till.test.ts', message: 'Cannot find module', assertionResults: [] }];
    expect(describeFailures([report({ testResults: results })])).toEqual([
      'till.test.ts\n  did not run\nCannot find module',
    ]);
  });
});
