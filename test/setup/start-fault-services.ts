import { dirname, resolve } from 'node:path';
import { compileProgram } from '../../scripts/bench/compile-program.ts';
import { buildApp, MAIN } from '../faults/child-app.ts';
import { TILL_PROGRAM } from '../faults/lab/till-program.ts';
import { SHOP_PROGRAM } from '../faults/saga-lab/shop-program.ts';
import startServices from './start-services.ts';

/** What the fault suites share: the services of all suites, and the programs of the processes that they kill. */
export default async function startFaultServices(): Promise<void> {
  // The suites start some hundreds of these processes, each of which would otherwise compile itself, in twice the time.
  await compileProgram(resolve(import.meta.dirname, '../faults/lab/till-process.ts'), TILL_PROGRAM);
  buildApp();
  // Where it finds its migrations and its version.
  const define = { 'import.meta.dirname': JSON.stringify(dirname(MAIN)) };
  await compileProgram(MAIN, SHOP_PROGRAM, { withPackages: true, define });
  await startServices();
}
