/** How many lines a file may have, by what it is. The first pattern that matches counts. */
export interface SizeLimit {
  readonly files: RegExp;
  readonly lines: number;
  /** What to do about a file that is longer. */
  readonly remedy: string;
}

export const SIZE_LIMITS: readonly SizeLimit[] = [
  { files: /\.test\.ts$|\/test\//, lines: 300, remedy: 'split the suite by what it promises' },
  { files: /^test\//, lines: 300, remedy: 'split it by what it shows' },
  {
    files: /^src\/modules\/[^/]+\/contract\//,
    lines: 200,
    remedy: 'move schemas that belong together into a file beside index.ts',
  },
  { files: /\.module\.ts$/, lines: 130, remedy: 'the module does too much: split the module' },
  { files: /\.routes\.ts$/, lines: 130, remedy: 'put rows of one resource into a list of their own' },
  {
    files: /^src\/modules\/[^/]+\/use-cases\//,
    lines: 120,
    remedy: 'move rules into domain/ and statements into persistence/',
  },
  {
    files: /^src\/modules\/[^/]+\/subscribers\//,
    lines: 60,
    remedy: 'a subscriber has one effect: split it, or move the rule into domain/',
  },
  {
    files: /^src\/modules\/[^/]+\/sagas\//,
    lines: 100,
    remedy: 'a saga reads as a table: put conditions into domain/',
  },
  { files: /^src\/modules\/[^/]+\/persistence\//, lines: 180, remedy: 'split by table, or readers from writers' },
  { files: /^src\/modules\//, lines: 200, remedy: 'name the parts and give each a file' },
  { files: /^src\/shared\//, lines: 300, remedy: 'name the parts and give each a file' },
  { files: /./, lines: 250, remedy: 'name the parts and give each a file' },
];

/** Files that may be longer, and why. */
export const ALLOWED_SIZES: Readonly<Record<string, { readonly lines: number; readonly why: string }>> = {};
