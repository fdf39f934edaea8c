import { newCallContext, system, type CallContext } from '../../../src/shared/auth/index.ts';
import { DatabaseLayout, ModuleDatabase } from '../../../src/shared/database/index.ts';
import { DeadLetterDesk } from '../../../src/shared/module/index.ts';
import { TEST_ROLE_PREFIX, TEST_SECRET } from '../../../src/shared/testing/test-services.ts';
import { seconds } from '../../../src/shared/values/index.ts';
import type { TillLab } from './till-lab.ts';

const DEADLINE_MS = seconds(30);
const LIMIT = 100;

type DeadLetters = Awaited<ReturnType<DeadLetterDesk['list']>>;

/** What an operator sees and does, at one module's desk, by the module's own role. */
export class Operator {
  readonly #lab: TillLab;
  readonly #module: string;

  constructor(lab: TillLab, module: string) {
    this.#lab = lab;
    this.#module = module;
  }

  async deadLetters(): Promise<DeadLetters> {
    return await this.#at((desk, call) => desk.list(call, LIMIT));
  }

  /** False when there is no such dead letter. */
  async retry(eventId: string): Promise<boolean> {
    return await this.#at((desk, call) => desk.retry(call, eventId, undefined));
  }

  /** Its connections live no longer than what it does, since a lab may take its server away at any time. */
  async #at<Result>(act: (desk: DeadLetterDesk, call: CallContext) => Promise<Result>): Promise<Result> {
    const layout = new DatabaseLayout({
      url: this.#lab.observerUrl,
      moduleUrls: {},
      rolePrefix: TEST_ROLE_PREFIX,
      secret: TEST_SECRET,
    });
    const database = new ModuleDatabase({
      module: this.#module,
      url: layout.moduleUrl(this.#module),
      poolSize: 1,
      storeEvents: async () => Promise.reject(new Error('an operator publishes nothing')),
    });
    try {
      const deadlineMs = Date.now() + DEADLINE_MS;
      const call = newCallContext({ caller: 'http', principal: system('operator'), deadlineMs });
      return await act(new DeadLetterDesk(database), call);
    } finally {
      await database.close();
    }
  }
}
