import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ComposeFile, ComposeService } from '../../scripts/deploy/compose/compose-file.ts';
import { freePort } from '../../src/shared/testing/index.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const CHECK_EVERY_MS = 200;
const OUTPUT_KEPT = 4_000;

type Environment = Readonly<Record<string, string>>;

export interface ComposedOptions {
  readonly file: ComposeFile;
  /** What `.env` holds. */
  readonly secrets: Environment;
  /** Services of other images that run already: where each answers on this machine. */
  readonly running: Readonly<Record<string, number>>;
  /** In the place of volumes. */
  readonly folder: string;
}

interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output: string;
}

/**
 * Starts what a compose.yaml says, as processes of this machine: commands, variables, conditions and checks as they
 * stand there and in the Dockerfile. What containers have of their own, ports, host names and volumes, is replaced by
 * free ports of 127.0.0.1 and by a folder.
 */
export class ComposedApp {
  readonly #options: ComposedOptions;
  readonly #started = new Map<string, Promise<void>>();
  readonly #processes = new Map<string, Running>();
  readonly #ports = new Map<string, number>();

  constructor(options: ComposedOptions) {
    this.#options = options;
  }

  /** All services, each when what it depends on is as it says. Resolves when all that have a check are healthy. */
  async start(): Promise<void> {
    await this.#reservePorts();
    const { file, running } = this.#options;
    const names = Object.keys(file.services).filter((name) => !(name in running));
    await Promise.all(names.map((name) => this.#start(name)));
  }

  /** Where clients come to. */
  get publicUrl(): string {
    const open = Object.entries(this.#options.file.services).filter(([, { ports }]) => ports !== undefined);
    const [[name, { ports }] = ['', { ports: [] }]] = open;
    return `http://127.0.0.1:${this.#portOf(name, String(ports?.[0]?.target))}`;
  }

  /** SIGTERM to those that run, and how each ended within the time that the file gives it; null is a kill. */
  async stop(): Promise<Record<string, number | null>> {
    const endings: Record<string, number | null> = {};
    await Promise.all(
      [...this.#processes].map(async ([name, { process, ended }]) => {
        if (process.exitCode !== null || process.signalCode !== null) return;
        const seconds = Number.parseInt(this.#options.file.services[name]?.stop_grace_period ?? '10', 10);
        const timer = setTimeout(() => process.kill('SIGKILL'), seconds * 1_000);
        process.kill('SIGTERM');
        endings[name] = await ended;
        clearTimeout(timer);
      }),
    );
    return endings;
  }

  #start(name: string): Promise<void> {
    const known = this.#started.get(name);
    if (known !== undefined) return known;
    const begun = name in this.#options.running ? Promise.resolve() : this.#startAfterOthers(name);
    this.#started.set(name, begun);
    return begun;
  }

  /** Resolves when it is healthy, or has ended well where it has no check. */
  async #startAfterOthers(name: string): Promise<void> {
    const service = this.#serviceOf(name);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const { healthcheck } = this.#serviceOf(other);
      if ((condition === 'service_healthy') !== (healthcheck !== undefined)) {
        throw new Error(`${name} waits for ${other} to be something that it never is: ${condition}`);
      }
      await this.#start(other);
    }
    const running = this.#run(name, service);
    if (service.healthcheck === undefined) {
      const code = await running.ended;
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${running.output}`);
      return;
    }
    const { test, start_period: limit } = service.healthcheck;
    const end = Date.now() + Number.parseInt(limit, 10) * 1_000;
    while (!(await this.#isHealthy(name, test))) {
      if (running.process.exitCode !== null) throw new Error(`${name} ended before it was healthy: ${running.output}`);
      if (Date.now() > end) throw new Error(`${name} is not healthy: ${running.output}`);
      await pause(CHECK_EVERY_MS);
    }
  }

  #run(name: string, { command, environment }: ComposeService): Running {
    const image = readImage();
    const given = Object.entries({ ...image.environment, ...environment });
    const [program = '', ...rest] = command ?? image.command;
    const child = spawn(program, rest, {
      cwd: ROOT,
      // A container has nothing of its host's environment but the way to its programs.
      env: {
        PATH: process.env['PATH'] ?? '',
        ...Object.fromEntries(given.map(([variable, value]) => [variable, this.#translate(name, variable, value)])),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
    const running: Running = { process: child, ended, output: '' };
    const keep = (chunk: Buffer): void => {
      running.output = `${running.output}${chunk.toString()}`.slice(-OUTPUT_KEPT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#processes.set(name, running);
    return running;
  }

  async #isHealthy(name: string, [kind, program = '', ...rest]: readonly string[]): Promise<boolean> {
    if (kind !== 'CMD') throw new Error(`the check of ${name} needs a shell, which the image need not have`);
    const child = spawn(
      program,
      rest.map((text) => this.#translate(name, '', text)),
      { stdio: 'ignore' },
    );
    return (await new Promise((done) => child.once('close', done))) === 0;
  }

  /** What Compose and the network of containers make of a text. */
  #translate(name: string, variable: string, text: string): string {
    const { secrets, folder } = this.#options;
    const filled = text.replace(/\$\$|\$\{(\w+):\?[^}]*\}/g, (found, secret: string | undefined) => {
      if (secret === undefined) return '$';
      const value = secrets[secret];
      if (value === undefined) throw new Error(`${name} needs ${found}, which .env does not have`);
      return value;
    });
    if (/(^|_)PORT$/.test(variable)) return String(this.#portOf(name, filled));
    if (filled === '/data') return folder;
    return filled.replace(/(\/\/(?:[^@/\s]*@)?)([\w.-]+):(\d+)/g, (_, before: string, host: string, port: string) => {
      const service = host === '127.0.0.1' ? name : host;
      return `${before}127.0.0.1:${this.#portOf(service, port)}`;
    });
  }

  async #reservePorts(): Promise<void> {
    for (const [name, { environment }] of Object.entries(this.#options.file.services)) {
      const ports = [environment['PORT'], environment['BANYAN_INTERNAL_PORT']];
      for (const port of ports) if (port !== undefined) this.#ports.set(`${name}:${port}`, await freePort());
    }
  }

  #portOf(service: string, port: string): number {
    const found = this.#options.running[service] ?? this.#ports.get(`${service}:${port}`);
    if (found === undefined) throw new Error(`nobody answers at ${service}:${port}`);
    return found;
  }

  #serviceOf(name: string): ComposeService {
    const service = this.#options.file.services[name];
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }
}

/** What a container runs where nothing else is said, and the variables that the image brings. */
function readImage(): { command: string[]; environment: Environment } {
  const lines = readFileSync(resolve(ROOT, 'Dockerfile'), 'utf8').split('\n');
  const command = lines.findLast((line) => line.startsWith('CMD '))?.slice('CMD '.length) ?? '[]';
  const variables = lines.filter((line) => line.startsWith('ENV ')).flatMap((line) => line.split(' ').slice(1));
  return {
    command: JSON.parse(command) as string[],
    environment: Object.fromEntries(variables.map((each) => each.split('=') as [string, string])),
  };
}
