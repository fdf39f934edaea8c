import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { System } from '../module/index.ts';
import { eventually } from '../testing/index.ts';
import { askedOf, planAnswers, TripWorld } from './test/trip.ts';

const WORLD_LIMIT_MS = 60_000;
/** For the end of a saga that will not come. */
const WAIT_MS = 1_000;

describe('a process over several modules', () => {
  let world: TripWorld;
  beforeAll(async () => {
    world = await TripWorld.open();
  }, WORLD_LIMIT_MS);
  afterAll(async () => {
    await world.kernel.stop();
  }, WORLD_LIMIT_MS);

  it('takes its steps in order and answers with the last one', async () => {
    expect(await world.conduct('rome')).toEqual({ confirmed: 'rome' });
    expect(askedOf('rome')).toEqual(['flight', 'hotel', 'car', 'confirm']);
    expect(await world.ends('rome')).toEqual(['confirmed']);
    expect(await world.saga('rome')).toMatchObject({ status: 'completed' });
  });

  it('takes back what was done, the last first, when a step is refused', async () => {
    planAnswers('oslo', 'car', 'refuse');
    await expect(world.conduct('oslo')).rejects.toMatchObject({ code: 'booking.full', details: { what: 'car' } });
    expect(askedOf('oslo')).toEqual(['flight', 'hotel', 'car', 'undo hotel', 'undo flight']);
    expect(await world.ends('oslo')).toEqual(['booking.full']);
    expect(await world.saga('oslo')).toMatchObject({ status: 'failed' });
  });

  it('has nothing to take back when the first step is refused', async () => {
    planAnswers('nice', 'flight', 'refuse');
    await expect(world.conduct('nice')).rejects.toMatchObject({ code: 'booking.full' });
    expect(askedOf('nice')).toEqual(['flight']);
    expect(await world.ends('nice')).toEqual(['booking.full']);
  });

  it('leaves no trace of its own step when that is refused', async () => {
    planAnswers('lima', 'confirm', 'refuse');
    await expect(world.conduct('lima')).rejects.toMatchObject({ code: 'trips.forbidden' });
    expect(askedOf('lima').slice(3)).toEqual(['confirm', 'undo car', 'undo hotel', 'undo flight']);
    expect(await world.ends('lima')).toEqual(['trips.forbidden']);
  });

  it('repeats a step that broke, and its own one too, without doing it twice', async () => {
    planAnswers('bern', 'hotel', 'break', 'break');
    planAnswers('bern', 'confirm', 'break');
    expect(await world.conduct('bern')).toMatchObject({ confirmed: 'bern' });
    expect(askedOf('bern')).toEqual(['flight', 'hotel', 'hotel', 'hotel', 'car', 'confirm', 'confirm']);
    expect(await world.ends('bern')).toEqual(['confirmed']);
  });

  it('takes back also the step that ran out of time, for it may have happened', async () => {
    planAnswers('kyiv', 'car', ...Array.from({ length: 100 }, () => 'break' as const));
    await expect(world.conduct('kyiv')).rejects.toMatchObject({ code: 'saga.timed_out', status: 503 });
    expect(askedOf('kyiv').filter((action) => action.startsWith('undo'))).toEqual([
      'undo car',
      'undo hotel',
      'undo flight',
    ]);
    expect(await world.ends('kyiv')).toEqual(['saga.timed_out']);
  });

  it('sleeps while an answer is open, tells so at once, and goes on when it comes', async () => {
    planAnswers('riga', 'hotel', 'not yet');
    expect(await world.conduct('riga')).toEqual({ underWay: 'riga' });
    await eventually(async () => expect(await world.saga('riga')).toMatchObject({ status: 'completed' }));
    expect(await world.ends('riga')).toEqual(['confirmed']);
  });

  it('repeats an undo that broke until it is done', async () => {
    planAnswers('cork', 'car', 'refuse');
    planAnswers('cork', 'undo flight', 'break', 'break');
    await expect(world.conduct('cork')).rejects.toMatchObject({ code: 'booking.full' });
    expect(askedOf('cork').filter((action) => action === 'undo flight')).toHaveLength(3);
  });

  it('waits for an operator when an undo is refused, and goes on when told to', async () => {
    planAnswers('graz', 'car', 'refuse');
    planAnswers('graz', 'undo hotel', 'refuse');
    expect(await world.conduct('graz')).toEqual({ underWay: 'graz' });
    const { id, status } = await world.saga('graz');
    expect(status).toBe('needs_attention');
    expect(await world.ends('graz')).toEqual([]);
    await world.kernel.client(System).retrySaga({ sagaId: id }, world.kernel.context());
    await eventually(async () => expect(await world.saga('graz')).toMatchObject({ status: 'failed' }));
    expect(askedOf('graz').slice(3)).toEqual(['undo hotel', 'undo hotel', 'undo flight']);
    expect(await world.ends('graz')).toEqual(['booking.full']);
  });

  it('changes nothing any more once another process has taken it over', async () => {
    let letGo = (): void => undefined;
    planAnswers('pisa', 'car', new Promise<void>((done) => (letGo = done)));
    const conducted = world.conduct('pisa', { waitMs: WAIT_MS });
    await eventually(() => expect(askedOf('pisa')).toContain('car'));
    await world.takeAway('pisa');
    letGo();
    expect(await conducted).toEqual({ underWay: 'pisa' });
    expect(askedOf('pisa')).toContain('confirm');
    // The confirmation ran in the transaction that was refused, so it has not happened.
    expect(await world.ends('pisa')).toEqual([]);
    expect(await world.saga('pisa')).toMatchObject({ status: 'running', epoch: 2 });
  });

  it('answers with its end, also where another process has brought it about', async () => {
    let letGo = (): void => undefined;
    planAnswers('como', 'car', new Promise<void>((done) => (letGo = done)));
    const conducted = world.conduct('como');
    await eventually(() => expect(askedOf('como')).toContain('car'));
    await world.takeAway('como');
    letGo();
    await world.giveBack('como');
    expect(await conducted).toEqual({ confirmed: 'como' });
    expect(await world.saga('como')).toMatchObject({ epoch: 3 });
  });

  it('answers with its end, and not with how it stood a moment ago, when it ends while that is looked up', async () => {
    let letGo = (): void => undefined;
    planAnswers('nizza', 'car', new Promise<void>((done) => (letGo = done)));
    const meanwhile = async (): Promise<void> => {
      letGo();
      await eventually(async () => expect(await world.saga('nizza')).toMatchObject({ status: 'completed' }));
    };
    expect(await world.conduct('nizza', { waitMs: 0, meanwhile })).toEqual({ confirmed: 'nizza' });
  });

  it('starts once for a key, however often it is asked, and gives all the same end', async () => {
    const before = world.begun;
    const first = await Promise.all(Array.from({ length: 5 }, () => world.conduct('bonn', { key: 'once' })));
    const later = await world.conduct('bonn', { key: 'once' });
    for (const each of [...first, later]) {
      expect(each).toEqual({ confirmed: 'bonn' });
    }
    expect(world.begun).toBe(before + 1);
    expect(await world.ends('bonn')).toEqual(['confirmed']);
  });

  it('gives a repeated key the same refusal', async () => {
    planAnswers('metz', 'flight', 'refuse');
    for (let time = 0; time < 2; time += 1) {
      await expect(world.conduct('metz', { key: 'refused' })).rejects.toMatchObject({ code: 'booking.full' });
    }
    expect(askedOf('metz')).toEqual(['flight']);
  });
});
