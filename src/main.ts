import type { Socket } from 'node:net';
import { Command, CommanderError } from 'commander';
import { createApp, migrateAll, type App } from './app.ts';
import { Identity } from './modules/identity/contract/index.ts';
import { modules } from './modules/index.ts';
import { addOperatorCommands } from './operate.ts';
import { addServiceKey } from './operate/add-service-key.ts';
import { CommandRefused } from './operate/command-refused.ts';
import { readConfig, type Config, type Placement } from './shared/config/index.ts';
import { DatabaseLayout } from './shared/database/index.ts';
import { StartFailure } from './shared/errors/index.ts';
import { createLogger, type Logger } from './shared/telemetry/index.ts';
import { seconds } from './shared/values/index.ts';
import { prepareSplit } from './split/prepare-split.ts';
import type { FromProcess, ToProcess } from './split/messages.ts';
import { prepareSurroundings, type Surroundings } from './surroundings.ts';
import { VERSION } from './version.ts';

const moduleNames = modules.map(({ contract }) => contract.name);
/** The key that BANYAN_ADMIN_KEY or the data folder holds is kept under this name. */
const FIRST_KEY = 'first staff key';

async function main(): Promise<void> {
  const program = new Command('banyan')
    .description('A headless commerce back end. Settings come from the environment: see docs/configuration.md.')
    .version(VERSION)
    .option('--modules <names>', 'modules to host, separated by commas (as BANYAN_MODULES)')
    .option('--roles <names>', 'what it does for them: some of http, sagas, subscribers (as BANYAN_ROLES)')
    .option('--split', 'a process for each module, or group of them, behind one public port (as BANYAN_SPLIT)')
    .option('--migrate-only', 'apply open migrations and end')
    .exitOverride()
    .action(async ({ migrateOnly: isMigration }: { migrateOnly?: boolean }) => {
      if (isMigration === true) await migrateOnly(readSettings());
      else await serve(readSettings());
    });
  const readSettings = (): Config => {
    const { modules: names, roles, split } = program.opts<{ modules?: string; roles?: string; split?: boolean }>();
    const options = {
      ...(names === undefined ? {} : { BANYAN_MODULES: names }),
      ...(roles === undefined ? {} : { BANYAN_ROLES: roles }),
      ...(split === true ? { BANYAN_SPLIT: 'true' } : {}),
    };
    return readConfig({ ...process.env, ...options }, moduleNames);
  };
  const write = (text: string): boolean => process.stdout.write(text);
  addOperatorCommands(program, { readSettings, write });
  addServiceKey(program, { modules: moduleNames, readSettings, write });
  await program.parseAsync();
}

async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel, config.processName);
  const surroundings = await prepareSurroundings(config);
  if (config.split !== undefined) {
    await serveSplit(config, config.split, { surroundings, logger });
    return;
  }
  const app = createApp(modules, {
    config,
    databaseUrl: surroundings.databaseUrl,
    secret: surroundings.secret,
    values: surroundings.values,
    logger,
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= app.stop().finally(() => surroundings.stop());
    return stopping;
  };
  if (isSupervised) obeySupervisor(app, stop);
  else endOnSignals(stop);
  try {
    // The port first: whoever asks too early hears 503, and a port that is taken ends the start at once.
    const port = await app.listen(config.http.port, config.http.host);
    await app.start();
    if (surroundings.adminKey !== undefined && app.modules.has(Identity.name)) {
      await app
        .client(Identity)
        .ensureKey({ name: FIRST_KEY, token: surroundings.adminKey, scopes: ['*'] }, app.context());
    }
    surroundings.announce(port);
    if (stopping !== undefined) return;
    if (isSupervised) tellSupervisor('ready');
    else greet(port, config, surroundings);
  } catch (error) {
    const wasAsked = stopping !== undefined;
    await stop();
    // A signal that came during the start has ended it; that is no failure.
    if (!wasAsked) throw error;
  }
}

/** The same application in several processes, which this one starts and keeps alive. */
async function serveSplit(
  config: Config,
  placement: Placement,
  { surroundings, logger }: { surroundings: Surroundings; logger: Logger },
): Promise<void> {
  const split = await prepareSplit(config, placement, { modules, surroundings, logger });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= split.stop().finally(() => surroundings.stop());
    return stopping;
  };
  endOnSignals(stop);
  try {
    const port = await split.start();
    surroundings.announce(port);
    greet(port, config, surroundings);
  } catch (error) {
    const wasAsked = stopping !== undefined;
    await stop();
    if (!wasAsked) throw error;
  }
}

/** This is one of the processes of a split. */
const isSupervised = process.send !== undefined;
/** A successor takes less, on any machine. */
const SUCCESSOR_LIMIT_MS = seconds(60);

function tellSupervisor(message: FromProcess): void {
  // Where it has gone, its end is heard of by itself.
  if (process.connected) process.send?.(message);
}

/**
 * It takes the connections that the supervisor has accepted, and ends when it is told to. One that is told to by somebody
 * else says so, and goes on until its successor is there.
 */
function obeySupervisor(app: App, stop: () => Promise<void>): void {
  const end = (): void => {
    stop().then(() => process.exit(0), fail);
  };
  process.once('disconnect', end);
  process.on('message', (message: ToProcess, socket?: Socket) => {
    if (message === 'end') end();
    else if (socket !== undefined) app.accept(message, socket);
  });
  process.once('SIGTERM', () => {
    tellSupervisor('leaving');
    setTimeout(end, SUCCESSOR_LIMIT_MS);
  });
  // Ctrl-C reaches a supervised process as well; the supervisor ends it when nobody needs it any more.
  process.on('SIGINT', () => undefined);
}

/** Ctrl-C in `npm start` reaches us twice, from the terminal and from npm; that is one wish, not two. */
const SAME_WISH_MS = 1_000;

/** The first signal ends it in good order, a later one at once. */
function endOnSignals(stop: () => Promise<void>): void {
  let firstMs: number | undefined;
  const end = (): void => {
    if (firstMs !== undefined) {
      if (performance.now() - firstMs > SAME_WISH_MS) process.exit(130);
      return;
    }
    firstMs = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function greet(
  port: number,
  config: Config,
  surroundings: { embedded: boolean; adminKey: string | undefined; notices: readonly string[] },
): void {
  const address = `http://localhost:${port}`;
  const lines = [
    `Banyan ${VERSION} is ready at ${address}`,
    `Reference: ${address}/docs`,
    ...(surroundings.embedded ? [`Data: ${config.dataDir} (embedded Postgres)`] : []),
    // The key of a development start is shown; one that an operator has set is not.
    ...(config.adminKey === undefined && surroundings.adminKey !== undefined
      ? [`Admin key: ${surroundings.adminKey}`]
      : []),
    ...surroundings.notices,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function migrateOnly(config: Config): Promise<void> {
  const surroundings = await prepareSurroundings({ ...config, payments: { ...config.payments, startSandbox: false } });
  try {
    const { databaseUrl: url, secret } = surroundings;
    const layout = new DatabaseLayout({ ...config.database, url, secret });
    await migrateAll(config, layout, config.modules ?? moduleNames, (message) => process.stdout.write(`${message}\n`));
  } finally {
    await surroundings.stop();
  }
}

function fail(error: unknown): never {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  const text =
    error instanceof StartFailure || error instanceof CommandRefused
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main().catch(fail);
