import { spawn } from 'node:child_process';

/** One thing that must hold, as a command of this Node. */
export interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Variables beside those of the whole check. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where jest writes what it found. */
  readonly report?: string;
}

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly tookMs: number;
  /** What it printed. */
  readonly output: string;
}

/** A tool that hangs must not hang the whole check. */
const STEP_LIMIT_MS = 30 * 60_000;

/** Runs a step to its end. Its output is kept, and shown only where it failed. */
export async function runStep(step: Step, folder: string): Promise<StepResult> {
  const begin = Date.now();
  const child = spawn(process.execPath, [...step.command], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_LIMIT_MS,
    env: { ...process.env, CI: 'true', ...step.environment },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ok = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
  return { name: step.name, ok, tookMs: Date.now() - begin, output: Buffer.concat(chunks).toString('utf8') };
}
