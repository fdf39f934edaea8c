import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeploymentRefused, type OutputFile } from './deployment-plan.ts';
import { isMade } from './to-yaml.ts';

/** Only these are ever removed: a file of secrets that somebody has filled in begins like its example. */
const MANIFEST = '.yaml';

/**
 * Writes the files and removes manifests of an earlier run that are no longer among them. A file that has not come from this
 * command is left alone; where one is in the way, nothing is written.
 */
export function writeFiles(folder: string, files: readonly OutputFile[]): void {
  mkdirSync(folder, { recursive: true });
  const foreign = files.find(({ path }) => existsSync(join(folder, path)) && !isOurs(join(folder, path)));
  if (foreign !== undefined) {
    throw new DeploymentRefused(
      `${join(folder, foreign.path)} was not made by this command; move it, or give another --out.`,
    );
  }
  const stale = readdirSync(folder).filter(
    (name) => name.endsWith(MANIFEST) && !files.some(({ path }) => path === name) && isOurs(join(folder, name)),
  );
  for (const name of stale) rmSync(join(folder, name));
  for (const { path, text } of files) writeFileSync(join(folder, path), text);
}

function isOurs(path: string): boolean {
  return isMade(readFileSync(path, 'utf8'));
}
