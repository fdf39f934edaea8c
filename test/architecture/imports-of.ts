import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-tree.ts';

/** What a file imports, dynamically or for its types too: paths from the checkout's root, or names of packages. */
export function importsOf({ path, text }: SourceFile): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName) : packageOf(fileName),
  );
}

/** `csv-parse/sync` is of `csv-parse`; everything that Node brings is `node:`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node:';
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
