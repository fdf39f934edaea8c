import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addToList } from './add-to-list.ts';
import { moduleFiles } from './module-files.ts';
import { refuseName } from './refuse-name.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const COPIED = [
  'src',
  'scripts',
  'test',
  'migrations',
  'docs',
  'contracts',
  'package.json',
  'tsconfig.json',
  'jest.config.js',
  'eslint.config.js',
  '.prettierrc.json',
  '.prettierignore',
];
/** Of these rules a new module could break one. */
const RULES = 'test/(architecture/(rooms|graph|names|sizes|contracts|generated-docs)|contracts/evolution)';
const NAME = 'loyalty';
const TOOL_LIMIT_MS = 240_000;

let copy: string;

/** Runs a tool in the copy. What it printed, where it failed; nothing where it passed. */
function complaintsOf(...command: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' },
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

describe('a new module', () => {
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'banyan-new-module-'));
    for (const name of COPIED)
      if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    expect(complaintsOf('--import', 'tsx', 'scripts/new-module.ts', NAME)).toBe('');
  }, TOOL_LIMIT_MS);

  afterAll(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  it('is in the list, in the module map, and has its files in both folders of its name', () => {
    expect(readFileSync(join(copy, 'src/modules/index.ts'), 'utf8')).toContain(`${NAME}Module,\n`);
    expect(readFileSync(join(copy, 'docs/modules.md'), 'utf8')).toContain(`## ${NAME}`);
    for (const { path } of moduleFiles(NAME)) expect(existsSync(join(copy, path))).toBe(true);
    expect(existsSync(join(copy, 'migrations', NAME, '0001_notes.sql'))).toBe(true);
  });

  it(
    'compiles',
    () => {
      expect(
        complaintsOf('node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json', '--noEmit', '--incremental', 'false'),
      ).toBe('');
    },
    TOOL_LIMIT_MS,
  );

  it(
    'is formatted and passes every lint rule',
    () => {
      const folder = `src/modules/${NAME}`;
      expect(complaintsOf('node_modules/prettier/bin/prettier.cjs', '--check', folder, 'src/modules/index.ts')).toBe(
        '',
      );
      expect(complaintsOf('node_modules/eslint/bin/eslint.js', folder)).toBe('');
    },
    TOOL_LIMIT_MS,
  );

  it(
    'keeps the architecture’s rules and passes its own tests in each placement',
    () => {
      const patterns = `(${RULES}|src/modules/${NAME}/)`;
      expect(complaintsOf('node_modules/jest/bin/jest.js', '--runInBand', '--testPathPatterns', patterns)).toBe('');
    },
    TOOL_LIMIT_MS,
  );

  it('is refused a second time, and nothing is changed', () => {
    const before = readFileSync(join(copy, 'src/modules/index.ts'), 'utf8');
    expect(complaintsOf('--import', 'tsx', 'scripts/new-module.ts', NAME)).toContain(
      'There is a module called loyalty already',
    );
    expect(readFileSync(join(copy, 'src/modules/index.ts'), 'utf8')).toBe(before);
  });
});

describe('a module’s name', () => {
  it.each(['', 'Loyalty', 'gift-cards', 'gift_cards', '../etc', 'ab', '7up', 'shared', 'bus', 'default', 'catalog'])(
    'may not be "%s"',
    (name) => {
      expect(refuseName(name, ['catalog'])).toEqual(expect.any(String));
    },
  );

  it('is one lower-case word', () => {
    expect(refuseName('loyalty', ['catalog'])).toBeUndefined();
  });
});

describe('the list of modules', () => {
  it('gets one import and one line', () => {
    const list = `import { aModule } from './a/a.module.ts';\n\nexport const modules = [\n  aModule,\n];\n`;
    expect(addToList(list, 'loyalty')).toBe(
      `import { aModule } from './a/a.module.ts';\nimport { loyaltyModule } from './loyalty/loyalty.module.ts';\n\nexport const modules = [\n  aModule,\n  loyaltyModule,\n];\n`,
    );
  });

  it('is left alone when it is not what it was', () => {
    expect(() => addToList('export {};', 'loyalty')).toThrow(/no list of modules/);
  });
});
