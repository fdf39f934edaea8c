import { dirname } from 'node:path';
import { build } from 'esbuild';

/** Compiles a program that is started as a process of its own, without the packages that it imports by name. */
export async function compileProgram(entry: string, program: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outdir: dirname(program),
    bundle: true,
    packages: 'external',
    // What is imported later must stay apart: a process may set its clock before.
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
