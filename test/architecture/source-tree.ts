import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A file of the checkout, or one that a test has planted. */
export interface SourceFile {
  /** From the checkout's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export const ROOT = resolve(import.meta.dirname, '../..');

/** Every TypeScript file in the given folders, in the order of their paths. */
export function readSources(folders: readonly string[] = ['src', 'scripts', 'test']): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Tests, and what only they use: fixtures in a `test` folder, the kernel's own tools for tests. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/test/') || path.startsWith('test/');
}
