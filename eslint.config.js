import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const MAX_FUNCTION_LINES = 70;
const MAX_FILE_LINES = 250;

/** What code does that is right elsewhere and wrong here, each with the trap it leads into. */
const traps = {
  'no-restricted-imports': [
    'error',
    {
      paths: [
        {
          name: 'bullmq',
          importNames: ['QueueEvents'],
          message: 'QueueEvents lose events on Postgres at concurrency above 1: listen to the worker itself.',
        },
      ],
    },
  ],
  'no-restricted-properties': [
    'error',
    {
      object: 'Sequelize',
      property: 'useCLS',
      message: 'It is process-wide: one module would join another’s transaction.',
    },
    {
      property: 'waitUntilFinished',
      message: 'It needs QueueEvents, which lose events: have the job write its result.',
    },
  ],
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'reports/', '.banyan/', '**/*.d.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...traps,
      eqeqeq: 'error',
      'no-console': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: MAX_FILE_LINES, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: MAX_FUNCTION_LINES, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // A type parameter named once says what the caller knows of a stored text, as `rows<Row>()` does.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A contract without events or errors is exactly Record<never, never>.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // It does not see what another method changes during an await.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts', 'scripts/**/fake-*.ts'],
    rules: {
      // A suite is one function, and reads better whole.
      'max-lines-per-function': 'off',
      // Replies are what supertest and JSON.parse hand out, untyped; the expectations are their type check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['**/*.js'], rules: traps, languageOptions: { globals: { process: 'readonly' } } },
);
