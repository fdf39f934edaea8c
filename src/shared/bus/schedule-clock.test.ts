import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { minutes } from '../values/index.ts';
import { claimFiring, hasMissed } from './schedule-clock.ts';
import { TillWorld } from './test/till.ts';

const WORLD_LIMIT_MS = 60_000;
const EVERY_MS = minutes(10);
const CALLERS = 20;

describe('a schedule', () => {
  let world: TillWorld;
  beforeAll(async () => {
    world = await TillWorld.open('postgres');
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  const claim = (name: string) =>
    claimFiring(world.kernel.module('till').database.single(world.kernel.context()), name, EVERY_MS);
  const missed = (name: string) =>
    hasMissed(world.kernel.module('till').database.reader(world.kernel.context()), name, EVERY_MS);
  const letPass = (name: string, ms: number) =>
    world.kernel.write('till', (work) =>
      work.run(`update schedule_firings set fired_at = fired_at - $2 * interval '1 millisecond' where name = $1`, [
        name,
        ms,
      ]),
    );
  const wins = (claims: readonly boolean[]): number => claims.filter((won) => won).length;

  it('fires once, however many processes come to it at the same moment', async () => {
    expect(wins(await Promise.all(Array.from({ length: CALLERS }, () => claim('stocktaking'))))).toBe(1);
  });

  it('does not fire a second time within its period', async () => {
    expect(await claim('cashing up')).toBe(true);
    expect(await claim('cashing up')).toBe(false);
    await letPass('cashing up', EVERY_MS / 4);
    expect(await claim('cashing up')).toBe(false);
  });

  it('fires once more when its period is over, again for one of many', async () => {
    expect(await claim('locking up')).toBe(true);
    await letPass('locking up', EVERY_MS);
    expect(wins(await Promise.all(Array.from({ length: CALLERS }, () => claim('locking up'))))).toBe(1);
    expect(await claim('locking up')).toBe(false);
  });

  it('fires though the queue comes to it a little early', async () => {
    expect(await claim('opening')).toBe(true);
    await letPass('opening', EVERY_MS - minutes(1));
    expect(await claim('opening')).toBe(true);
  });

  it('is not held up by another one', async () => {
    expect(await claim('sweeping')).toBe(true);
    expect(await claim('dusting')).toBe(true);
  });

  it('has been missed where it has never fired, or not for a whole period', async () => {
    expect(await missed('painting')).toBe(true);
    await claim('painting');
    expect(await missed('painting')).toBe(false);
    await letPass('painting', EVERY_MS - minutes(1));
    expect(await missed('painting')).toBe(false);
    await letPass('painting', minutes(1));
    expect(await missed('painting')).toBe(true);
  });
});
