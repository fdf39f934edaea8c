/** The parts of jest's JSON report that are read here. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Suites that broke before any of their tests ran. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** Over all reports. A suite that did not even run counts as one failure. */
export function countTests(reports: readonly JestReport[]): Count {
  return {
    passed: sum(reports.map(({ numPassedTests }) => numPassedTests)),
    failed: sum(reports.map((report) => report.numFailedTests + report.numRuntimeErrorTestSuites)),
  };
}

/** The names and messages of what failed, to be read without the rest. */
export function describeFailures(reports: readonly JestReport[]): string[] {
  return reports
    .flatMap(({ testResults }) => testResults)
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed');
      if (failed.length > 0) {
        return failed.map(({ fullName, failureMessages }) => `${name}\n  ${fullName}\n${failureMessages.join('\n')}`);
      }
      return assertionResults.length === 0 && message !== '' ? [`${name}\n  did not run\n${message}`] : [];
    });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
