import { createServer, type AddressInfo } from 'node:net';
import { TEST_ROLE_PREFIX, TEST_SECRET } from '../../src/shared/testing/index.ts';
import { ADMIN_KEY } from './child-app.ts';

/** What every start of these suites is given, unless a case says otherwise. */
export function environmentOf(databaseUrl: string, dataDir: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    BANYAN_ROLE_PREFIX: TEST_ROLE_PREFIX,
    BANYAN_SECRET: TEST_SECRET,
    BANYAN_ADMIN_KEY: ADMIN_KEY,
    BANYAN_DATA_DIR: dataDir,
    PAYMENT_SANDBOX: 'true',
    RATE_LIMIT: 'off',
    PORT: '0',
  };
}

/** A port of this machine that something else has taken, until `close`. */
export async function takePort(): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((done) => server.close(() => done())),
  };
}
