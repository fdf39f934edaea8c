import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '../../src/app.ts';
import { Identity } from '../../src/modules/identity/contract/index.ts';
import { modules } from '../../src/modules/index.ts';
import { readConfig } from '../../src/shared/config/index.ts';
import { createLogger } from '../../src/shared/telemetry/index.ts';
import { prepareSurroundings } from '../../src/surroundings.ts';

export const ADMIN_KEY = 'bnk_a_key_for_measurements_alone';

export interface BenchApplication {
  readonly app: App;
  readonly url: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** The application in this process, on embedded Postgres in a folder of its own. */
export async function startBenchApplication(options: { background: boolean }): Promise<BenchApplication> {
  const dataDir = mkdtempSync(join(tmpdir(), 'banyan-bench-'));
  const names = modules.map(({ contract }) => contract.name);
  const config = readConfig({ BANYAN_DATA_DIR: dataDir, RATE_LIMIT: 'off', LOG_LEVEL: 'error' }, names);
  const { databaseUrl, secret, values, ...surroundings } = await prepareSurroundings(config);
  const logger = createLogger(config.logLevel);
  const app = createApp(modules, { config, databaseUrl, secret, values, logger, background: options.background });
  await app.start();
  await app.client(Identity).ensureKey({ name: 'bench', token: ADMIN_KEY, scopes: ['*'] }, app.context());
  const port = await app.listen(0, '127.0.0.1');
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    databaseUrl,
    stop: async () => {
      await app.stop();
      await surroundings.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
