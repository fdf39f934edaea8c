import type { Express } from 'express';
import type { CallContext } from '../auth/index.ts';
import type { Client } from '../calls/index.ts';
import type { AnyContract } from '../contract/index.ts';
import type { HostedModule } from '../module/index.ts';

/** The application as tests see it. */
export interface RunningApplication {
  readonly http: Express;
  readonly modules: ReadonlyMap<string, HostedModule>;
  /** Where it listens. */
  readonly url: string;
  /** A staff key with every scope. */
  readonly adminKey: string;
  /** Where the sandbox payment provider listens. */
  readonly sandboxUrl: string;
  client<Known extends AnyContract>(contract: Known): Client<Known>;
  context(): CallContext;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly calls: 'direct' | 'network';
  /** A folder of this application's own. */
  readonly dataDir: string;
  /** Settings beside those that a test always sets. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type StartApplication = (options: StartOptions) => Promise<RunningApplication>;

let registered: StartApplication | undefined;

/** Called once for each test file, before it: `shared` cannot import the modules that it is tested with. */
export function registerApplication(start: StartApplication): void {
  registered = start;
}

export function startApplication(options: StartOptions): Promise<RunningApplication> {
  if (registered === undefined) throw new Error('test/setup/register-application.ts has not run');
  return registered(options);
}
