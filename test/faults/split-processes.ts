import { readdirSync, readFileSync } from 'node:fs';
import type { ChildApp } from './child-app.ts';

/** The processes that a split has at the moment: their ids by their names, as the system has them. */
export async function processesOf(app: ChildApp): Promise<Record<string, number>> {
  await app.url();
  const processes: Record<string, number> = {};
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || parentOf(entry) !== app.pid) continue;
    const name = /(?:^|\0)BANYAN_PROCESS=([^\0]*)/.exec(readIfThere(`/proc/${entry}/environ`))?.[1];
    if (name !== undefined) processes[name] = Number(entry);
  }
  return processes;
}

function parentOf(pid: string): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readIfThere(`/proc/${pid}/status`))?.[1] ?? Number.NaN);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
