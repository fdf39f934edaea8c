import { ALLOWED_SIZES, SIZE_LIMITS } from './sizes.ts';
import type { SourceFile } from './source-tree.ts';

/** A sentence for every file that is longer than its kind may be. */
export function judgeSizes(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = lineCountOf(text);
    const limit = SIZE_LIMITS.find((each) => each.files.test(path));
    const allowed = ALLOWED_SIZES[path]?.lines ?? limit?.lines ?? 0;
    return lines <= allowed
      ? []
      : [`${path} has ${lines} lines, ${allowed} are allowed: ${limit?.remedy ?? 'split it'}.`];
  });
}

export function lineCountOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
