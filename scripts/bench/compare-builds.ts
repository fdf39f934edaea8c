import { ApplicationProcess } from './application-process.ts';
import { ADMIN_KEY } from './bench-application.ts';
import { measureLoad, median } from './measure-load.ts';
import { openShop } from './open-shop.ts';
import { printFigure } from './print-figure.ts';
import { ShopClient } from './shop-client.ts';

const ROUNDS = 8;
const PURCHASES = { warmUp: 600, round: 300 } as const;
const CONCURRENCY = 8;
const PERCENT = 100;

interface Build {
  readonly application: ApplicationProcess;
  readonly shop: ShopClient;
  readonly buy: () => Promise<void>;
  readonly perSecond: number[];
}

/**
 * The same purchases with this build and with that of another checkout, BENCH_BEFORE, each in one process. Both run all
 * the time and are bought from in turns, so that what else the machine does meets both.
 */
export async function compareBuilds(): Promise<void> {
  const folder = process.env['BENCH_BEFORE'];
  if (folder === undefined) throw new Error('BENCH_BEFORE must be the folder of another checkout that is built');
  const [now, before] = [await open(process.cwd()), await open(folder)];
  for (let round = 0; round < ROUNDS; round += 1) {
    // What follows from one's purchases falls into the other's time, so they change places.
    for (const build of round % 2 === 0 ? [now, before] : [before, now]) {
      const { perSecond } = await measureLoad(PURCHASES.round, CONCURRENCY, build.buy);
      build.perSecond.push(perSecond);
    }
  }
  const shares = now.perSecond.map((rate, round) => (rate / (before.perSecond[round] ?? Number.NaN)) * PERCENT);
  printFigure(
    `purchases at concurrency ${CONCURRENCY}, this build and the one before`,
    `${median(now.perSecond).toFixed(0)}/s and ${median(before.perSecond).toFixed(0)}/s: ${median(shares).toFixed(0)} %`,
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
  return { application, shop, buy, perSecond: [] };
}
