import { Command, InvalidArgumentError } from 'commander';
import { randomBytes, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ApiClient } from './replay/api-client.ts';
import type { InvoiceFile } from './replay/invoice-line.ts';
import { planReplay } from './replay/plan-replay.ts';
import { printResult } from './replay/print-result.ts';
import { Progress } from './replay/progress.ts';
import { readInvoices } from './replay/read-invoices.ts';
import { renderLineReport } from './replay/render-line-report.ts';
import { replayLimits } from './replay/replay-limits.ts';
import { ReplayRun } from './replay/replay-run.ts';
import { runReplay } from './replay/run-replay.ts';
import { startApp, type StartedApp } from './replay/start-app.ts';

interface Options {
  url?: string;
  key?: string;
  concurrency: number;
  report: string;
  maxOrderLines: number;
}

const checkout = path.resolve(import.meta.dirname, '..');
const interruptedExitCode = 130;

const program = new Command('replay')
  .description('Sends real invoices through the public API and compares the books with the files, to the penny.')
  .argument('<file.csv...>', 'invoice lines in the columns of the Online Retail data set')
  .option('--url <url>', 'a running Banyan; without it the app is started for the replay and stopped afterwards')
  .option('--key <key>', 'admin key (default: BANYAN_ADMIN_KEY)')
  .option('--concurrency <requests>', 'requests at a time', between(1, replayLimits.concurrentRequests), 8)
  .option('--report <file>', 'what became of every row', `reports/replay-${timestamp()}.csv`)
  .option(
    '--max-order-lines <lines>',
    'a longer invoice becomes several orders',
    between(1, 10_000),
    replayLimits.orderLinesPerRequest,
  )
  .action(replay);

class Interrupted extends Error {}

try {
  await program.parseAsync();
} catch (error) {
  // What cannot be read or started is told in a line; the stack would only hide it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Interrupted ? interruptedExitCode : 1;
}

async function replay(names: string[], options: Options): Promise<void> {
  const files = readFiles(names);
  const plan = planReplay(files, options.maxOrderLines);
  const stop = stopOnSignals();
  const key = options.key ?? process.env['BANYAN_ADMIN_KEY'] ?? (options.url ? null : newAdminKey());
  if (key === null) throw new Error('An admin key is needed: --key or BANYAN_ADMIN_KEY.');

  let app: StartedApp | null = null;
  try {
    app = options.url === undefined ? await startOwnApp(key, stop) : null;
    const url = app?.url ?? options.url ?? '';
    const client = new ApiClient({ url, key, signal: stop.signal });
    const run = new ReplayRun(randomUUID(), client, new Progress(process.stderr), options.concurrency, stop.signal);
    const result = await runReplay(run, files, plan);
    writeReport(options.report, renderLineReport(files, run.fates));
    process.stdout.write(printResult(result));
    process.stdout.write(`Each row: ${options.report}\n`);
    process.exitCode = result.isGood ? 0 : 1;
  } finally {
    await app?.stop();
  }
  if (stop.signal.reason instanceof Interrupted) process.exitCode = interruptedExitCode;
}

function startOwnApp(adminKey: string, stop: AbortController): Promise<StartedApp> {
  process.stderr.write('starting the app\n');
  return startApp({
    command: process.execPath,
    arguments: ['--import', 'tsx', 'src/main.ts'],
    cwd: checkout,
    adminKey,
    onExit: (reason) => stop.abort(new Error(reason)),
    signal: stop.signal,
  });
}

function readFiles(names: readonly string[]): InvoiceFile[] {
  const files = names.map((name) => {
    const { size } = statSync(name);
    if (size > replayLimits.fileBytes) throw new Error(`${name} is larger than ${replayLimits.fileBytes} bytes.`);
    return readInvoices(name, readFileSync(name, 'utf8'));
  });
  files.forEach((file, index) => {
    const twin = files.slice(0, index).find((other) => other.fingerprint === file.fingerprint);
    if (twin) throw new Error(`${file.name} holds the same as ${twin.name}: every sale would count twice.`);
  });
  return files;
}

/** The first signal ends the run in good order, the second at once. */
function stopOnSignals(): AbortController {
  const stop = new AbortController();
  // Every request under way listens; Node would take that for a leak.
  setMaxListeners(0, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(interruptedExitCode);
      stop.abort(new Interrupted(`interrupted by ${signal}`));
    });
  }
  return stop;
}

function writeReport(file: string, text: string): void {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, text);
}

function between(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`A whole number from ${minimum} to ${maximum}.`);
  };
}

function newAdminKey(): string {
  return randomBytes(32).toString('base64url');
}

function timestamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(':', '-');
}
