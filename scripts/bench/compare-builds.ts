import { ApplicationProcess } from './application-process.ts';
import { ADMIN_KEY } from './bench-application.ts';
import { measureLoad } from './measure-load.ts';
import { openShop } from './open-shop.ts';
import { printFigure } from './print-figure.ts';
import { ShopClient } from './shop-client.ts';

const ROUNDS = 7;
const PURCHASES = { warmUp: 600, round: 300 } as const;
const CONCURRENCY = 8;
const PERCENT = 100;

interface Build {
  readonly application: ApplicationProcess;
  readonly shop: ShopClient;
  readonly buy: () => Promise<void>;
}

/**
 * The same purchases with this build and with that of another checkout, BENCH_BEFORE, each in one process. Both run all
 * the time and are bought from in turns, so that what else the machine does meets both.
 */
export async function compareBuilds(): Promise<void> {
  const folder = process.env['BENCH_BEFORE'];
  if (folder === undefined) throw new Error('BENCH_BEFORE must be the folder of another checkout that is built');
  const [now, before] = [await open(process.cwd()), await open(folder)];
  const perSecond = { now: [] as number[], before: [] as number[], share: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    // What follows from one's purchases falls into the other's time, so they change places.
    const first = round % 2 === 0 ? await rateOf(now) : undefined;
    const beforeRate = await rateOf(before);
    const nowRate = first ?? (await rateOf(now));
    perSecond.now.push(nowRate);
    perSecond.before.push(beforeRate);
    perSecond.share.push((nowRate / beforeRate) * PERCENT);
  }
  printFigure(
    `purchases at concurrency ${CONCURRENCY}, this build and the one before`,
    `${median(perSecond.now).toFixed(0)}/s and ${median(perSecond.before).toFixed(0)}/s: ${median(perSecond.share).toFixed(0)} %`,
  );
  for (const { shop, application } of [now, before]) {
    await shop.close();
    await application.stop();
  }
}

async function open(folder: string): Promise<Build> {
  const application = await ApplicationProcess.startOf(folder);
  const shop = new ShopClient(application.url, ADMIN_KEY);
  const buy = await openShop(shop);
  await measureLoad(PURCHASES.warmUp, CONCURRENCY, buy);
  return { application, shop, buy };
}

async function rateOf({ buy }: Build): Promise<number> {
  return (await measureLoad(PURCHASES.round, CONCURRENCY, buy)).perSecond;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
