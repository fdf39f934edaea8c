import { eventually } from '../../../src/shared/testing/index.ts';
import { seconds } from '../../../src/shared/values/index.ts';
import type { Ending } from '../child-app.ts';
import type { Begun, CrashCase } from './crash-case.ts';
import type { FaithfulClient } from './faithful-client.ts';
import type { RunningShop, ShopLab } from './shop-lab.ts';

/**
 * Longer than a suite: whoever is killed leaves a saga behind that counts as owned until the suite says that its lease
 * is over. So no process that is still to be killed takes over what another one has left.
 */
const LEASE_MS = '600000';
/** After so many deaths the next process gives up: see saga-run.ts. */
const DEATHS = 8;
const DEATH_LIMIT_MS = seconds(60);
const SETTLED_LIMIT_MS = seconds(30);

export interface Killed {
  readonly begun: Begun;
  /** How the process ended that was to die at the case's point, and the one that was to die after the operator's word. */
  readonly endings: readonly Ending[];
  readonly points: readonly string[];
}

/** Has a process begin what the case says, and die at the case's point. */
export async function killAt({ lab, client }: KillLab, crash: CrashCase): Promise<Killed> {
  const victim = await lab.start({
    BANYAN_CRASH_AT: crash.point,
    SAGA_LEASE_MS: LEASE_MS,
    ...crash.environment,
  });
  const begun = await crash.prepare(victim, lab);
  const asked = client.askOnce(begun.question, victim);
  await crash.meanwhile?.(begun, lab);
  const endings = [await victim.process.ending(DEATH_LIMIT_MS)];
  await asked;
  await crash.afterwards?.(begun, lab);
  const points = [crash.point];
  if (crash.settledByOperator !== undefined) {
    endings.push(await dieWhenSettled(lab, crash.settledByOperator.diesAt));
    points.push(crash.settledByOperator.diesAt);
  }
  return { begun, endings, points };
}

export interface KillLab {
  readonly lab: ShopLab;
  readonly client: FaithfulClient;
}

/** One process after the other has died of the saga; the next one leaves it to an operator, who settles it. */
async function dieWhenSettled(lab: ShopLab, point: string): Promise<Ending> {
  const [name = ''] = point.split('/');
  const [module = ''] = name.split('.');
  const [saga] = await lab.rows<{ id: string }>(
    `update ${module}.sagas set deaths = $1, lease_until = now(), due_at = now()
     where id = (select id from ${module}.sagas where name = $2 order by created_at desc limit 1) returning id`,
    [DEATHS, name],
  );
  const victim = await lab.start({ BANYAN_CRASH_AT: point, SAGA_LEASE_MS: LEASE_MS });
  await eventually(() => settle(victim, saga?.id ?? ''), SETTLED_LIMIT_MS);
  return await victim.process.ending(DEATH_LIMIT_MS);
}

async function settle({ admin }: RunningShop, sagaId: string): Promise<void> {
  await admin.post(`/admin/v1/system/sagas/${sagaId}/settle`).send({ note: 'put right by hand' }).expect(200);
}
