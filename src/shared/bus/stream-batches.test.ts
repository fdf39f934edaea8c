import { describe, expect, it } from '@jest/globals';
import { deliveryOf } from '../testing/index.ts';
import type { Delivery } from './outbox.ts';
import { StreamBatches } from './stream-batches.ts';

/** Batches whose ends the test decides. */
class Bench {
  readonly begun: { readonly names: string[]; readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  readonly batches = new StreamBatches(async (batch) => {
    await new Promise<void>((end, fail) => this.begun.push({ names: batch.map(nameOf), end, fail }));
  });

  add(...names: string[]): Promise<void> {
    return this.batches.add(names.map(parse));
  }

  get names(): string[][] {
    return this.begun.map(({ names }) => names);
  }

  async end(index: number): Promise<void> {
    this.begun[index]?.end();
    await settle();
  }
}

describe('events that wait for their turn', () => {
  it('are handled together, however many jobs brought them', async () => {
    const bench = new Bench();
    const jobs = [bench.add('a1'), bench.add('a2', 'a3'), bench.add('a4')];
    await bench.end(0);
    expect(bench.names).toEqual([['a1'], ['a2', 'a3', 'a4']]);
    await bench.end(1);
    await Promise.all(jobs);
  });

  it('never share a stream with others that are being handled', async () => {
    const bench = new Bench();
    const jobs = [bench.add('a1', 'b1'), bench.add('b2', 'c1'), bench.add('a2')];
    expect(bench.names).toEqual([['a1', 'b1'], ['c1']]);
    await bench.end(1);
    expect(bench.names).toHaveLength(2);
    await bench.end(0);
    expect(bench.names[2]).toEqual(['b2', 'a2']);
    await bench.end(2);
    await Promise.all(jobs);
  });

  it('come 100 at a time, in 4 transactions at most', () => {
    const bench = new Bench();
    for (let stream = 0; stream < 6; stream += 1) {
      void bench.add(...Array.from({ length: 120 }, (_, index) => `${stream}-${index}:1`));
    }
    expect(bench.names.map((names) => names.length)).toEqual([100, 20, 100, 20]);
  });

  it('fail for those alone whose job had one in the batch that failed', async () => {
    const bench = new Bench();
    const first = bench.add('a1');
    const second = expect(bench.add('a2', 'b1')).rejects.toThrow('the database is away');
    const third = bench.add('c1');
    const fourth = bench.add('b2');
    expect(bench.names).toEqual([['a1'], ['b1'], ['c1']]);
    bench.begun[1]?.fail(new Error('the database is away'));
    await bench.end(0);
    await bench.end(2);
    expect(bench.names.slice(3)).toEqual([['b2'], ['a2']]);
    await bench.end(3);
    await bench.end(4);
    await Promise.all([first, second, third, fourth]);
  });

  it('are nothing to wait for when there are none', async () => {
    await expect(new Bench().add()).resolves.toBeUndefined();
  });
});

/** `a1` is the first event of stream a; so is `a:1`. */
function parse(name: string): Delivery {
  const [, subject = '', sequence = ''] = /^(.*?):?(\d+)$/.exec(name) ?? [];
  return deliveryOf(subject, Number(sequence));
}

function nameOf({ envelope }: Delivery): string {
  return `${envelope.subject}${envelope.sequence}`;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
