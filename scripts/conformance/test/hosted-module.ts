import { createApp } from '../../../src/app.ts';
import { modules } from '../../../src/modules/index.ts';
import { readConfig } from '../../../src/shared/config/index.ts';
import { createLogger } from '../../../src/shared/telemetry/index.ts';
import { createTestDatabase, freePort, TEST_ROLE_PREFIX, TEST_SECRET } from '../../../src/shared/testing/index.ts';

/** A process of Banyan that hosts one module and nothing else, as it runs in a split. */
export async function hostAlone(module: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const database = await createTestDatabase();
  const port = await freePort();
  const environment = {
    ...database.settings,
    BANYAN_ROLE_PREFIX: TEST_ROLE_PREFIX,
    BANYAN_SECRET: TEST_SECRET,
    BANYAN_MODULES: module,
    BANYAN_INTERNAL_PORT: String(port),
  };
  const names = modules.map(({ contract }) => contract.name);
  const app = createApp(modules, {
    config: readConfig(environment, names),
    databaseUrl: database.url,
    secret: TEST_SECRET,
    logger: createLogger('silent'),
  });
  await app.start();
  const stop = async (): Promise<void> => {
    await app.stop();
    await database.drop();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}
