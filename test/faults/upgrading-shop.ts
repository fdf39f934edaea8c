import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { present } from '../../src/shared/errors/index.ts';
import { freePort } from '../../src/shared/testing/index.ts';
import { ChildApp } from './child-app.ts';

/** `front` takes orders, `back` is what it calls. Events go both ways. */
const GROUPS = {
  front: ['ordering', 'identity', 'notifications'],
  back: ['catalog', 'pricing', 'inventory', 'payments', 'fulfilment', 'reporting'],
} as const;
export type Group = keyof typeof GROUPS;
type Age = 'old' | 'new';

/** Sagas of a process that was killed are taken over soon. */
const LEASE_MS = '2000';

export interface UpgradingShopOptions {
  /** The main file of the release before. */
  readonly previous: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A shop in two processes, each of which is replaced by one of this version. Every process knows all four addresses. */
export class UpgradingShop {
  readonly #options: UpgradingShopOptions;
  readonly #ports: Readonly<Record<string, number>>;
  readonly #apps = new Map<string, ChildApp>();

  private constructor(options: UpgradingShopOptions, ports: Readonly<Record<string, number>>) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Both processes are of the release before, on a database that this version has migrated. */
  static async open(options: UpgradingShopOptions): Promise<UpgradingShop> {
    const ports: Record<string, number> = {};
    for (const name of ['old front', 'new front', 'old back', 'new back']) ports[name] = await freePort();
    const shop = new UpgradingShop(options, ports);
    await shop.#migrate();
    // Identity first: whoever starts with a staff key asks it.
    await shop.#start('old', 'front');
    await shop.#start('old', 'back');
    return shop;
  }

  async startNew(group: Group): Promise<void> {
    await this.#start('new', group);
  }

  async killOld(group: Group): Promise<void> {
    const app = present(this.#apps.get(`old ${group}`), `no old ${group} runs`);
    this.#apps.delete(`old ${group}`);
    app.signal('SIGKILL');
    await app.ended;
  }

  /** The way in: by the newest front that runs, or the oldest. */
  async shop(age: Age = 'new') {
    const ages: Age[] = age === 'new' ? ['new', 'old'] : ['old', 'new'];
    const app = ages.map((each) => this.#apps.get(`${each} front`)).find((each) => each !== undefined);
    return await present(app, 'no front runs').shop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#apps.values()].map((app) => app.stop()));
  }

  /** As an upgrade begins: with what the new version brings, while the old one knows nothing of it. */
  async #migrate(): Promise<void> {
    const app = new ChildApp({ environment: this.#options.environment, arguments: ['--migrate-only'] });
    const { code } = await app.ending();
    if (code !== 0) throw new Error(`the migration failed: ${app.complaint}`);
  }

  async #start(age: Age, group: Group): Promise<void> {
    const { previous, folder, environment } = this.#options;
    const name = `${age} ${group}`;
    const dataDir = join(folder, name.replace(' ', '-'));
    await mkdir(dataDir, { recursive: true });
    const app = new ChildApp({
      environment: {
        ...environment,
        ...this.#addresses(),
        BANYAN_DATA_DIR: dataDir,
        BANYAN_MODULES: GROUPS[group].join(','),
        BANYAN_INTERNAL_PORT: String(this.#ports[name]),
        MIGRATE_ON_START: 'false',
        SAGA_LEASE_MS: LEASE_MS,
      },
      ...(age === 'old' ? { program: previous } : {}),
    });
    this.#apps.set(name, app);
    await app.url();
  }

  #addresses(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(GROUPS).flatMap(([group, names]) => {
        const urls = ['old', 'new'].map((age) => `http://127.0.0.1:${this.#ports[`${age} ${group}`]}`).join(',');
        return names.map((name) => [`BANYAN_URL_${name.toUpperCase()}`, urls]);
      }),
    );
  }
}
