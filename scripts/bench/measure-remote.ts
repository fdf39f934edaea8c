import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { compileProgram } from './compile-program.ts';

const PROGRAMS = resolve(import.meta.dirname, '../../node_modules/.cache/banyan-bench');

/**
 * A call between processes beside the barest one there is: the same question by undici to node:http, as JSON. Both ends
 * are compiled, as they are in production.
 */
export async function measureRemote(): Promise<void> {
  for (const name of ['echo-process', 'echo-caller'])
    await compileProgram(resolve(import.meta.dirname, `${name}.ts`), resolve(PROGRAMS, `${name}.mjs`));
  const caller = fork(resolve(PROGRAMS, 'echo-caller.mjs'), { execArgv: [] });
  const [status] = (await once(caller, 'exit')) as [number];
  if (status !== 0) throw new Error(`the caller ended with ${status}`);
}
