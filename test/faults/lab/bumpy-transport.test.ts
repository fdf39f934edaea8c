import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Delivery, Transport } from '../../../src/shared/bus/index.ts';
import { deliveryOf } from '../../../src/shared/testing/index.ts';
import { bumpsIn, bumpyTransport } from './bumpy-transport.ts';

type Jobs = readonly (readonly Delivery[])[];

const JOBS: Jobs = [[deliveryOf('north', 1), deliveryOf('north', 2)], [deliveryOf('south', 1)]];
const LONG: Jobs = Array.from({ length: 50 }, (_, index) => [deliveryOf('north', index + 1)]);

describe('a transport that is bumpy', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'banyan-bumps-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** What arrives of these jobs, each as the numbers that it carries. */
  const arrives = async (jobs: Jobs, environment: Record<string, string>): Promise<string[]> => {
    const arrived: string[] = [];
    const smooth: Pick<Transport, 'send'> = {
      send: async (_, sent) => {
        arrived.push(
          ...sent.map((job) => job.map(({ envelope }) => `${envelope.subject} ${envelope.sequence}`).join()),
        );
        return Promise.resolve();
      },
    };
    await bumpyTransport(smooth as Transport, environment).send('journal', jobs);
    return arrived;
  };

  it('leaves alone what it is not told to disturb', async () => {
    expect(await arrives(JOBS, {})).toEqual(['north 1,north 2', 'south 1']);
  });

  it('sends each job several times, and counts what is too much', async () => {
    expect(await arrives(JOBS, { LAB_COPIES: '2', LAB_DIR: folder })).toEqual([
      'north 1,north 2',
      'north 1,north 2',
      'south 1',
      'south 1',
    ]);
    expect(bumpsIn(folder)).toEqual({ copies: 2, displaced: 0 });
  });

  it('sends the last event first, each in a job of its own, and counts what has lost its place', async () => {
    const before = bumpsIn(folder);
    expect(await arrives(JOBS, { LAB_REVERSED: 'true', LAB_DIR: folder })).toEqual(['south 1', 'north 2', 'north 1']);
    expect(bumpsIn(folder)).toEqual({ ...before, displaced: before.displaced + 2 });
  });

  it('does by chance what the same seed repeats, loses nothing, and keeps to the limit', async () => {
    const environment = { LAB_COPIES_MAX: '5', LAB_SHUFFLE: 'true' };
    const first = await arrives(LONG, { ...environment, LAB_SEED: '7' });
    expect(await arrives(LONG, { ...environment, LAB_SEED: '7' })).toEqual(first);
    expect(await arrives(LONG, { ...environment, LAB_SEED: '8' })).not.toEqual(first);
    const times = LONG.map(([delivery]) => first.filter((job) => job === `north ${delivery?.sequence ?? 0}`).length);
    expect([Math.min(...times), Math.max(...times)]).toEqual([1, 5]);
  });
});
