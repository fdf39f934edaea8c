import type { SourceFile } from './source-tree.ts';

interface Habit {
  readonly pattern: RegExp;
  readonly fault: string;
  /** Whether a comment on the line above, or on the line itself, is all that it takes. */
  readonly excusable?: true;
}

// Spelled in parts, so that this file does not find itself.
const NOTES = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'];

const HABITS: readonly Habit[] = [
  {
    pattern: new RegExp(`(?<!['"])\\b(?:${NOTES.join('|')})\\b`),
    fault: 'holds a note to oneself: do it now, or open an issue',
  },
  {
    pattern: /\b(?:it|test|describe)\.(?:skip|only|todo|failing)\b|\b(?:xit|xdescribe|xtest|fit|fdescribe)\(/,
    fault: 'skips tests, or runs some alone: mend them or take them out',
  },
  {
    pattern: /catch\s*(?:\([^)]*\))?\s*\{\s*\}|\.catch\(\s*\(\w*\)\s*=>\s*(?:\{\s*\}|undefined|null)\s*,?\s*\)/,
    fault: 'swallows an error: handle it, log it, let it through, or say in a comment above why nothing is lost',
    excusable: true,
  },
  {
    pattern: /eslint-disable(?!.* -- \S)/,
    fault: 'switches a rule off without a reason: write `-- why` behind it',
  },
  { pattern: /@ts-(?:ignore|nocheck)\b/, fault: 'hides a type error: mend it, or expect it with a reason' },
  { pattern: /\bas any\b/, fault: 'casts to any: say what it is' },
];

/** A sentence for every place where code hides what it does not do. */
export function judgeHonesty(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    HABITS.flatMap(({ pattern, fault, excusable }) =>
      [...text.matchAll(new RegExp(pattern, 'g'))].flatMap(({ index }) => {
        const line = text.slice(0, index).split('\n').length;
        return excusable && isExplained(text, line) ? [] : [`${path}:${line} ${fault}.`];
      }),
    ),
  );
}

function isExplained(text: string, line: number): boolean {
  const lines = text.split('\n');
  return /^\s*(\/\/|\*)/.test(lines[line - 2] ?? '') || / \/\/ /.test(lines[line - 1] ?? '');
}
