import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';
import { TILL_PROGRAM } from '../faults/lab/till-program.ts';
import startServices from './start-services.ts';

/** What the fault suites share: the services of all suites, and the program of the processes that they kill. */
export default async function startFaultServices(): Promise<void> {
  await compileTillProgram();
  await startServices();
}

/** The suites start some hundreds of these processes, each of which would otherwise compile itself, in twice the time. */
async function compileTillProgram(): Promise<void> {
  await build({
    entryPoints: [resolve(import.meta.dirname, '../faults/lab/till-process.ts')],
    outdir: dirname(TILL_PROGRAM),
    bundle: true,
    packages: 'external',
    // What is imported later must stay apart: the process sets its clock before.
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
