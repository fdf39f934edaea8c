import { HEALTH_PATH } from '../../src/shared/remote/index.ts';
import { callChecks } from './call-checks.ts';
import { expectThat, runChecks, type Check, type Verdict } from './check.ts';
import { Effects } from './effects.ts';
import { eventChecks } from './event-checks.ts';
import { ServiceClient } from './service-client.ts';
import type { Subject } from './subject.ts';
import { tokenChecks } from './token-checks.ts';

export interface ConformanceOptions {
  readonly subject: Subject;
  readonly url: string;
  /** The key of the module, as the service has it. */
  readonly key: string;
  /** Inputs for each operation. */
  readonly samples: number;
  readonly seed: number;
}

/** Whether a service may take a module's place: a verdict on everything that the module's callers rely on. */
export async function runConformance({ subject, url, key, samples, seed }: ConformanceOptions): Promise<Verdict[]> {
  const client = new ServiceClient(subject.contract.name, url, key);
  const effects = new Effects(client, subject);
  const health: Check = {
    promise: 'it says that it is well',
    run: async () => {
      const { status, text } = await client.get(HEALTH_PATH);
      expectThat(status === 200, `GET ${HEALTH_PATH} got ${status}: ${text}`);
      return undefined;
    },
  };
  return await runChecks([
    health,
    ...tokenChecks(client, subject, seed),
    // Events first, so that there is something to answer about.
    ...eventChecks({ client, subject, effects, seed }),
    ...callChecks({ client, subject, effects, samples, seed }),
  ]);
}
