import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { Sequelize } from 'sequelize';
import { eventually } from '../../../src/shared/testing/index.ts';
import { databaseAt, PostgresLab } from './postgres-lab.ts';
import { RedisLab } from './redis-lab.ts';
import { SeededRandom, withSeed } from './seed.ts';
import { installSkewableClock } from './skewable-clock.ts';

const LAB_LIMIT_MS = 120_000;

describe('a Redis that can be taken away', () => {
  let redis: RedisLab | undefined;
  beforeAll(async () => {
    redis = await RedisLab.start();
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await redis?.stop();
  }, LAB_LIMIT_MS);

  it('is killed, comes back empty at the same address, and forgets when it is told to', async () => {
    if (redis === undefined) return;
    const client = new Redis(redis.url, { retryStrategy: () => null });
    client.on('error', () => client.disconnect());
    await client.set('till', 'north');
    await expect(redis.startEmpty()).rejects.toThrow('kill it first');
    await redis.kill();
    await expect(client.get('till')).rejects.toThrow();
    await redis.startEmpty();
    const next = new Redis(redis.url);
    expect(await next.dbsize()).toBe(0);
    await next.set('till', 'south');
    await redis.flush();
    expect(await next.dbsize()).toBe(0);
    next.disconnect();
  });
});

describe('a Postgres that can be taken away', () => {
  let postgres: PostgresLab;
  beforeAll(async () => {
    postgres = await PostgresLab.start();
  }, LAB_LIMIT_MS);
  afterAll(async () => {
    await postgres.stop();
  }, LAB_LIMIT_MS);

  const connect = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    // It is these tests' purpose to break connections: the next statement tells.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const run = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
    const client = await connect(url);
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('keeps what was committed when it is stopped at once and started again, at the same address', async () => {
    const url = await postgres.createDatabase('kept');
    await run(url, 'create table sales (number integer)');
    const open = await connect(url);
    await open.query('insert into sales values (1)');
    await open.query('begin');
    await open.query('insert into sales values (2)');
    await postgres.stopImmediately();
    await expect(open.query('commit')).rejects.toThrow();
    await expect(connect(url)).rejects.toThrow();
    await expect(postgres.stopImmediately()).rejects.toThrow();
    await postgres.startAgain();
    expect(databaseAt(postgres.url, 'kept')).toBe(url);
    expect(await run(url, 'select number from sales')).toEqual([{ number: 1 }]);
    await expect(postgres.startAgain()).rejects.toThrow('stop it first');
  });

  it('ends the connections of all its clients', async () => {
    const clients = await Promise.all([connect(postgres.url), connect(postgres.directUrl)]);
    expect(await postgres.terminateBackends()).toBeGreaterThanOrEqual(clients.length);
    for (const client of clients) await expect(client.query('select 1')).rejects.toThrow();
  });

  describe('behind a proxy that is unreliable', () => {
    it('breaks what is open, refuses what is new, and then works again', async () => {
      const open = await connect(postgres.url);
      postgres.proxy.refuse(true);
      expect((await open.query('select 1')).rowCount).toBe(1);
      postgres.proxy.cutAll();
      await expect(open.query('select 1')).rejects.toThrow();
      await expect(connect(postgres.url)).rejects.toThrow();
      postgres.proxy.refuse(false);
      expect(await run(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('keeps a commit from its client, through the driver of the modules, and the row is there', async () => {
      const url = await postgres.createDatabase('unheard');
      await run(url, 'create table sales (number integer)');
      const sequelize = new Sequelize(url, { dialect: 'postgres', logging: false });
      const sell = async (number: number): Promise<void> => {
        const transaction = await sequelize.transaction();
        await sequelize.query('insert into sales values ($1)', { bind: [number], transaction });
        await transaction.commit();
      };
      await sell(1);
      postgres.proxy.loseCommitReplies(1, 'somebody else');
      await sell(2);
      expect(postgres.proxy.lostReplies).toBe(0);
      postgres.proxy.loseCommitReplies(1, 'postgres');
      const warning = jest.spyOn(console, 'warn').mockReturnValue();
      await expect(sell(3)).rejects.toThrow();
      expect(postgres.proxy.lostReplies).toBe(1);
      expect(warning).toHaveBeenCalledWith(expect.stringContaining('undetermined state'));
      warning.mockRestore();
      await sell(4);
      const rows = await run(url, 'select number from sales order by number');
      expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
      await sequelize.close();
    });

    it('does not count a commit that came to nothing', async () => {
      const lost = postgres.proxy.lostReplies;
      const client = await connect(postgres.url);
      await client.query('begin');
      await expect(client.query('select 1 / 0')).rejects.toThrow('division by zero');
      postgres.proxy.loseCommitReplies(1);
      expect((await client.query('commit')).command).toBe('ROLLBACK');
      expect(postgres.proxy.lostReplies).toBe(lost);
      await client.query('begin');
      await expect(client.query('commit')).rejects.toThrow();
      await eventually(() => expect(postgres.proxy.lostReplies).toBe(lost + 1));
    });
  });
});

describe('chance that can be repeated', () => {
  const draw = (random: SeededRandom): unknown => [
    random.integer(1, 6),
    random.pick(['north', 'south', 'west']),
    random.shuffle([1, 2, 3, 4, 5, 6, 7, 8]),
    [1, 2, 3, 4, 5, 6, 7, 8].map(() => random.chance(0.5)),
  ];

  it('is the same for the same seed, another for another, and within its bounds', () => {
    expect(draw(new SeededRandom(7))).toEqual(draw(new SeededRandom(7)));
    expect(draw(new SeededRandom(7))).not.toEqual(draw(new SeededRandom(8)));
    const random = new SeededRandom(1);
    const thrown = new Set(Array.from({ length: 1_000 }, () => random.integer(1, 6)));
    expect([...thrown].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(random.shuffle([3, 1, 2]).sort()).toEqual([1, 2, 3]);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });

  it('gives what mulberry32 gives elsewhere', () => {
    const random = new SeededRandom(0);
    expect(Array.from({ length: 3 }, () => random.integer(0, 2 ** 32 - 1))).toEqual([1144304738, 1416247, 958946056]);
  });

  it('names its seed when what it leads to fails, and is repeated by that name', async () => {
    const failing = (drawn: number[]) => async (random: SeededRandom) => {
      drawn.push(random.integer(0, 1_000_000));
      await Promise.resolve();
      throw new Error('a sale is lost');
    };
    const first: number[] = [];
    const error = await withSeed('tills', failing(first)).then(
      () => new Error('it did not fail'),
      (caught: unknown) => caught as Error,
    );
    const seed = /^tills: a sale is lost \(repeat with FAULT_SEED=(\d+)\)$/.exec(error.message)?.[1];
    expect(seed).toBeDefined();
    const second: number[] = [];
    const before = process.env['FAULT_SEED'];
    process.env['FAULT_SEED'] = seed;
    try {
      await expect(withSeed('tills', failing(second))).rejects.toThrow(`FAULT_SEED=${seed}`);
    } finally {
      if (before === undefined) delete process.env['FAULT_SEED'];
      else process.env['FAULT_SEED'] = before;
    }
    expect(second).toEqual(first);
  });
});

describe('a clock that is wrong', () => {
  it('is wrong by as much as it is told, and leaves given moments alone', () => {
    const RightDate = globalThis.Date;
    try {
      const clock = installSkewableClock(3_600_000);
      const ahead = (): number => Math.round((Date.now() - RightDate.now()) / 1_000);
      expect([ahead(), Math.round((new Date().getTime() - RightDate.now()) / 1_000)]).toEqual([3_600, 3_600]);
      clock.setSkew(-60_000);
      expect(ahead()).toBe(-60);
      expect(new Date('2010-12-01T08:26:00.000Z').toISOString()).toBe('2010-12-01T08:26:00.000Z');
      expect(new RightDate() instanceof Date && new Date() instanceof RightDate).toBe(true);
    } finally {
      globalThis.Date = RightDate;
    }
  });
});
