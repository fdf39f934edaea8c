import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { Books, type NewCharge } from './books.ts';
import { freshBooks } from './test/sandbox-world.ts';

const ORDER: NewCharge = {
  orderId: 'o',
  amount: 500,
  currency: 'GBP',
  token: 'tok_ok',
  answer: 'captured',
  pending: false,
};
const HELD: NewCharge = { ...ORDER, answer: 'authorised' };

let folder: Awaited<ReturnType<typeof freshBooks>>;
let open: Books | undefined;

beforeEach(async () => {
  folder = await freshBooks();
});

afterEach(async () => {
  await open?.close();
  open = undefined;
  await folder.remove();
});

async function openBooks(): Promise<Books> {
  open = await Books.open(folder.path);
  return open;
}

async function reopen(): Promise<Books> {
  await open?.close();
  return openBooks();
}

const claim = (key: string) => ({ key, fingerprint: key });

describe('the books', () => {
  it('hold after a restart what they held before: charges, captures, refunds, voids, keys and failures', async () => {
    const books = await openBooks();
    const { charge } = books.charge(claim('a'), ORDER, 1);
    const { refund } = books.refund(claim('r'), charge.id, 200, 2);
    books.failOnce(claim('f'));
    const held = books.charge(claim('h'), HELD, 3).charge;
    books.capture(claim('c'), held.id, 120, 4);
    books.void(claim('v'), held.id);
    const account = books.accountOf(held.id);
    const changes = books.listChanged(0, 10);
    const again = await reopen();
    expect(again.find(charge.id)).toEqual({ ...charge, refunded: 200 });
    expect(again.accountOf(charge.id).refunds).toEqual([refund]);
    expect(again.accountOf(held.id)).toEqual(account);
    expect(account).toMatchObject({
      charge: { status: 'captured', captured: 120 },
      captures: [{ key: 'c', amount: 120 }],
    });
    expect(again.listChanged(0, 10)).toEqual(changes);
    expect(again.capture(claim('c'), held.id, 120, 5).repeated).toBe(true);
    expect(again.tokenOf(held.id)).toBe('tok_ok');
    expect(again.charge(claim('a'), ORDER, 3).repeated).toBe(true);
    expect(again.refund(claim('r'), charge.id, 200, 3)).toEqual({ refund, repeated: true });
    expect(again.failOnce(claim('f'))).toBe(false);
  });

  it('drop a last line that a crash left half written, and go on after the line before it', async () => {
    const books = await openBooks();
    books.charge(claim('a'), ORDER, 1);
    books.charge(claim('b'), ORDER, 2);
    await books.close();
    const whole = await readFile(folder.path);
    await truncate(folder.path, whole.length - 10);

    const torn = await openBooks();
    expect(torn.list(undefined, 10).items.map(({ key }) => key)).toEqual(['a']);
    torn.charge(claim('c'), ORDER, 3);
    const again = await reopen();
    expect(again.list(undefined, 10).items.map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it('drop a last line of rubbish', async () => {
    (await openBooks()).charge(claim('a'), ORDER, 1);
    await open?.close();
    await appendFile(folder.path, '\0\0\0\0\n');
    expect((await openBooks()).list(undefined, 10).items).toHaveLength(1);
  });

  it('refuse to open when a line in the middle is damaged, rather than forget what came after it', async () => {
    (await openBooks()).charge(claim('a'), ORDER, 1);
    await open?.close();
    open = undefined;
    const intact = await readFile(folder.path, 'utf8');
    await writeFile(folder.path, `{"kind":\n${intact}`);
    await expect(Books.open(folder.path)).rejects.toThrow('not its last line');
  });

  it('have one owner at a time: a second one waits until the first lets go', async () => {
    const first = await openBooks();
    first.charge(claim('a'), ORDER, 1);
    const second = Books.open(folder.path);
    first.charge(claim('b'), ORDER, 2);
    await first.close();
    open = await second;
    expect(open.list(undefined, 10).items).toHaveLength(2);
  });

  it('share one flush among many charges, and every charge is on disk when its wait is over', async () => {
    const books = await openBooks();
    await Promise.all(
      Array.from({ length: 500 }, async (_, i) => {
        const { charge } = books.charge(claim(`k${i}`), ORDER, i);
        await books.durable();
        if (i % 100 === 0) expect(await readFile(folder.path, 'utf8')).toContain(charge.id);
      }),
    );
    expect((await reopen()).list(undefined, 1_000).items).toHaveLength(500);
  });
});
