import { busContext, Outbox } from '../../src/shared/bus/index.ts';
import { DatabaseLayout, ModuleDatabase } from '../../src/shared/database/index.ts';
import { TEST_ROLE_PREFIX, TEST_SECRET } from '../../src/shared/testing/test-services.ts';
import { Till } from './lab/till-modules.ts';

/**
 * Sells one thing in this process, as a till's process does, but for its transaction, which stays open after it has
 * published. States: selling → published (its transaction waits) → committed, when it is told to.
 */
export class LateSeller {
  /** Resolves when all is written but the commit. */
  readonly published: Promise<void>;
  readonly committed: Promise<void>;
  readonly #database: ModuleDatabase;
  #commit: () => void = () => undefined;

  constructor(databaseUrl: string, till: string) {
    const options = { url: databaseUrl, moduleUrls: {}, rolePrefix: TEST_ROLE_PREFIX, secret: TEST_SECRET };
    const outbox = new Outbox(Till.name);
    const wait = new Promise<void>((done) => {
      this.#commit = done;
    });
    let publish: () => void = () => undefined;
    this.published = new Promise((done) => {
      publish = done;
    });
    this.#database = new ModuleDatabase({
      module: Till.name,
      url: new DatabaseLayout(options).moduleUrl(Till.name),
      poolSize: 1,
      storeEvents: async (work) => {
        await outbox.store(work);
        publish();
        await wait;
        // No relay runs here: one of another process finds it.
        return () => undefined;
      },
    });
    this.committed = this.#database.transaction(busContext(), async (work) => {
      await work.run('insert into sales (till, number) values ($1, $2)', [till, 1]);
      work.publish(Till.events.sold, { till, number: 1 });
    });
  }

  /** Resolves when it has happened, and its connection is closed. */
  async commit(): Promise<void> {
    this.#commit();
    await this.committed.finally(() => this.#database.close());
  }
}
