import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { System } from '../module/index.ts';
import { eventually } from '../testing/index.ts';
import { askedOf, giftSaga, planAnswers, sendSaga, TripWorld } from './test/trip.ts';

const WORLD_LIMIT_MS = 60_000;
const ENDLESS = 1_000;

let world: TripWorld;
beforeAll(async () => {
  world = await TripWorld.open();
}, WORLD_LIMIT_MS);
afterAll(async () => {
  await world.kernel.stop();
}, WORLD_LIMIT_MS);

const desk = () => world.kernel.client(System);
const whatHappened = async (trip: string): Promise<string[]> =>
  (await world.saga(trip)).history.map(({ step, what }) => `${step} ${what}`);
const statusOf = async (trip: string): Promise<string> => (await world.saga(trip)).status;

/** A trip whose hotel refuses to be unbooked. */
async function getStuck(trip: string): Promise<string> {
  planAnswers(trip, 'car', 'refuse');
  planAnswers(trip, 'undo hotel', ...Array.from({ length: ENDLESS }, () => 'refuse' as const));
  await world.conduct(trip);
  const { id, status } = await world.saga(trip);
  expect(status).toBe('needs_attention');
  return id;
}

describe('a process that is stuck', () => {
  it('goes on with what is left to undo when an operator passes over the undo that was done by hand', async () => {
    const sagaId = await getStuck('brno');
    const skipped = await desk().skipSagaStep({ sagaId, note: 'the hotel was called' }, world.kernel.context());
    expect(skipped).toMatchObject({ status: 'compensating' });
    await eventually(async () => expect(await statusOf('brno')).toBe('failed'));
    expect(askedOf('brno').slice(3)).toEqual(['undo hotel', 'undo flight']);
    expect(await whatHappened('brno')).toContain('operator skipped');
    expect(await world.ends('brno')).toEqual(['booking.full']);
  });

  it('ends as failed, with all that failing brings about, when an operator settles it', async () => {
    const sagaId = await getStuck('linz');
    await desk().settleSaga({ sagaId, note: 'all was cancelled by telephone' }, world.kernel.context());
    await eventually(async () => expect(await statusOf('linz')).toBe('failed'));
    expect(askedOf('linz').slice(3)).toEqual(['undo hotel']);
    expect(await world.ends('linz')).toEqual(['booking.full']);
  });

  it('says who did what to it, and why', async () => {
    const sagaId = await getStuck('genf');
    await desk().skipSagaStep({ sagaId, note: 'the hotel is closed' }, world.kernel.context());
    const { items } = await desk().listActions({}, world.kernel.context());
    expect(items[0]).toMatchObject({
      module: 'trips',
      operator: 'system:tests',
      action: 'saga skipped',
      target: sagaId,
      note: 'the hotel is closed',
    });
  });
});

describe('a process that cannot take a step back', () => {
  it('waits for an operator when an undo contradicts the books again and again', async () => {
    planAnswers('ulm', 'car', 'refuse');
    planAnswers('ulm', 'undo hotel', ...Array.from({ length: 4 }, () => 'contradict' as const));
    expect(await world.conduct('ulm')).toEqual({ underWay: 'ulm' });
    const { id, status, history } = await world.saga('ulm');
    expect(status).toBe('needs_attention');
    expect(history.at(-1)).toMatchObject({ what: 'stuck', error: 'the books know nothing of undo hotel' });
    await desk().retrySaga({ sagaId: id }, world.kernel.context());
    await eventually(async () => expect(await statusOf('ulm')).toBe('failed'));
    expect(askedOf('ulm').slice(-2)).toEqual(['undo hotel', 'undo flight']);
  });

  it('goes on for as long as it takes where nothing of it can be taken back', async () => {
    planAnswers('bath', 'flight', ...Array.from({ length: 5 }, () => 'break' as const));
    await world.conduct('bath', { saga: sendSaga });
    await eventually(async () => expect(await statusOf('bath')).toBe('completed'));
    expect(askedOf('bath').slice(-3)).toEqual(['flight', 'hotel', 'confirm']);
  });

  it('waits for an operator, instead of failing halfway, where nothing of it can be taken back', async () => {
    planAnswers('cork', 'hotel', 'refuse');
    await world.conduct('cork', { saga: sendSaga });
    const { id, status } = await world.saga('cork');
    expect(status).toBe('needs_attention');
    await desk().retrySaga({ sagaId: id }, world.kernel.context());
    await eventually(async () => expect(await statusOf('cork')).toBe('completed'));
  });

  it('does not turn round any more behind the point of no return, whoever carries it on', async () => {
    planAnswers('turin', 'hotel', 'break', 'break', 'break', 'break', 'break');
    await world.conduct('turin', { saga: giftSaga, waitMs: 0 });
    await eventually(async () => expect(await world.saga('turin')).toMatchObject({ status: 'completed' }));
    expect(askedOf('turin').filter((action) => action === 'flight')).toEqual(['flight']);
    planAnswers('parma', 'car', 'refuse');
    await world.conduct('parma', { saga: giftSaga });
    expect(await world.saga('parma')).toMatchObject({ status: 'needs_attention', step: 2 });
    expect(askedOf('parma')).toEqual(['flight', 'hotel', 'car']);
  });

  it('turns round before the point of no return', async () => {
    planAnswers('siena', 'hotel', 'refuse');
    await expect(world.conduct('siena', { saga: giftSaga })).rejects.toMatchObject({ code: 'booking.full' });
    expect(askedOf('siena')).toEqual(['flight', 'hotel', 'undo flight']);
  });

  it('fails like any other when its very first step is refused', async () => {
    planAnswers('dover', 'flight', 'refuse');
    await expect(world.conduct('dover', { saga: sendSaga })).rejects.toMatchObject({ code: 'booking.full' });
  });
});

describe('a process that another process has left behind', () => {
  it('takes back all of it when it is refused now, for the other one may have come further than is written', async () => {
    planAnswers('pau', 'flight', 'refuse');
    await world.leaveBehind('pau', { version: 1 });
    await eventually(async () => expect(await statusOf('pau')).toBe('failed'));
    expect(askedOf('pau')).toEqual(['flight', 'undo car', 'undo hotel', 'undo flight']);
  });

  it('is finished by the code of the version that it was begun with', async () => {
    await world.leaveBehind('bari', { version: 0 });
    await eventually(async () => expect(await statusOf('bari')).toBe('completed'));
    expect(askedOf('bari')).toEqual(['flight', 'confirm']);
    expect(await whatHappened('bari')).toEqual(['owner taken over', 'flight done', 'confirmation done']);
  });

  it('is parked where nobody knows its version, and goes on where somebody does', async () => {
    await world.leaveBehind('kiel', { version: 7 });
    await eventually(async () => expect(await statusOf('kiel')).toBe('parked'));
    expect(askedOf('kiel')).toEqual([]);
    const { items } = await desk().audit({}, world.kernel.context());
    const { id } = await world.saga('kiel');
    expect(items.find(({ module, invariant }) => module === 'trips' && invariant === 'I10')).toMatchObject({
      holds: false,
      offenders: expect.arrayContaining([id]),
    });
    await world.kernel.write('trips', (work) => work.run(`update sagas set version = 1 where key = 'kiel'`));
    await eventually(async () => expect(await statusOf('kiel')).toBe('completed'));
  });

  it('is not tried for ever when its owners die of it, and an operator can let it try again', async () => {
    await world.leaveBehind('nant', { version: 1, deaths: 8 });
    await eventually(async () => expect(await statusOf('nant')).toBe('needs_attention'));
    expect(askedOf('nant')).toEqual([]);
    const { id, history } = await world.saga('nant');
    expect(history.at(-1)).toMatchObject({ what: 'stuck', error: '9 processes died at it' });
    await desk().retrySaga({ sagaId: id }, world.kernel.context());
    await eventually(async () => expect(await statusOf('nant')).toBe('completed'));
    expect(await world.ends('nant')).toEqual(['confirmed']);
  });
});

describe('a process that may not begin', () => {
  it('is refused again under the same key, though the reason has gone', async () => {
    const before = world.begun;
    for (const refused of [true, false]) {
      await expect(world.conduct('faro', { key: 'too early', refused })).rejects.toMatchObject({
        code: 'trips.forbidden',
      });
    }
    expect(world.begun).toBe(before);
    await expect(world.conduct('faro', { key: 'in time' })).resolves.toMatchObject({
      confirmed: 'faro',
    });
  });
});
