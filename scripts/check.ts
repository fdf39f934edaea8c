import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { IsolationLevel } from '../src/shared/config/index.ts';
import { countTests, describeFailures, type JestReport } from './check/count-tests.ts';
import { runStep, type Step, type StepResult } from './check/run-step.ts';

const root = resolve(import.meta.dirname, '..');
const reports = join(root, 'reports');

/** Each keeps one core busy, so two of them run at a time. */
const SINGLE: readonly Step[] = [
  { name: 'lint', command: ['node_modules/eslint/bin/eslint.js', '.'] },
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'typecheck', command: ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json', '--noEmit'] },
  { name: 'build', command: ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.build.json'] },
];
/** Each takes the whole machine, but for those of other levels: they are few, and one suite lasts twice as long as the rest. */
const TESTS: readonly (readonly Step[])[] = [
  [jestStep('tests', [])],
  [atLevel('tables'), atLevel('server')],
  [jestStep('faults', ['--config', 'jest.faults.config.js', '--passWithNoTests'])],
];
const AT_ONCE = 2;

function jestStep(name: string, options: readonly string[]): Step {
  const report = join(reports, `${name}.json`);
  return {
    name,
    command: ['node_modules/jest/bin/jest.js', ...options, '--json', `--outputFile=${report}`],
    report,
  };
}

/** Some suites with modules' data kept apart in another way than by default. */
function atLevel(isolation: IsolationLevel): Step {
  const step = jestStep(isolation, ['--config', 'jest.levels.config.js']);
  return { ...step, environment: { TEST_ISOLATION: isolation } };
}

/** All that CI runs, the quickest first. Where those fail that need no tests, nothing is tested. */
async function runSteps(): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const run = async (steps: readonly Step[]): Promise<void> => {
    const waiting = [...steps];
    const next = async (): Promise<void> => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
        results.push(await showStep(step));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  };
  await run(SINGLE);
  if (results.some(({ ok }) => !ok)) return results;
  for (const steps of TESTS) await run(steps);
  return results;
}

async function showStep(step: Step): Promise<StepResult> {
  process.stdout.write(`${step.name} …\n`);
  const result = await runStep(step, root);
  process.stdout.write(`${step.name} ${result.ok ? 'passed' : 'FAILED'} in ${seconds(result.tookMs)}\n`);
  if (!result.ok) showFailure(step, result);
  return result;
}

function showFailure(step: Step, { output }: StepResult): void {
  const failures = describeFailures(readReports([step]));
  process.stdout.write(`\n${failures.length > 0 ? failures.join('\n\n') : output}\n`);
}

function readReports(steps: readonly Step[]): JestReport[] {
  return steps.flatMap(({ report }) =>
    report !== undefined && existsSync(report) ? [JSON.parse(readFileSync(report, 'utf8')) as JestReport] : [],
  );
}

function summarise(results: readonly StepResult[]): void {
  process.stdout.write('\n');
  for (const { name } of [...SINGLE, ...TESTS.flat()]) {
    const result = results.find((each) => each.name === name);
    const outcome = result === undefined ? 'not run' : `${result.ok ? 'passed' : 'FAILED'}  ${seconds(result.tookMs)}`;
    process.stdout.write(`${name.padEnd(10)} ${outcome}\n`);
  }
  const { passed, failed } = countTests(readReports(TESTS.flat()));
  // A step that failed without a failing test, such as lint, is a failure all the same.
  const failedSteps = failed === 0 && results.some(({ ok }) => !ok) ? 1 : 0;
  process.stdout.write(`${passed} passed, ${failed + failedSteps} failed\n`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const results = await runSteps();
summarise(results);
if (results.some(({ ok }) => !ok)) process.exitCode = 1;
