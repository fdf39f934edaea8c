import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { DATABASE, LOGGER } from '../../../shared/module/tokens.ts';
import type { Logger } from '../../../shared/telemetry/index.ts';
import type { Difference } from '../contract/index.ts';
import { orderOf, type ChargeAccount } from '../domain/charge.ts';
import { missingAtProvider, unknownToUs, type Finding, type OwnBooks } from '../domain/reconciliation.ts';
import { DifferenceRepository } from '../persistence/difference.repository.ts';
import { OwnBooksReader } from '../persistence/own-books.reader.ts';
import { PaymentProviders } from '../providers/payment-providers.ts';
import { DifferenceRepairer } from './difference-repairer.ts';

/** A repair can uncover what it hid, such as a refund of a charge that was not recorded. It cannot go on so. */
const MAX_REPAIRS = 4;

interface Look {
  readonly account: ChargeAccount | undefined;
  readonly own: OwnBooks | undefined;
  readonly findings: readonly Finding[];
}

/** Looks at one charge from both sides, repairs what it can, and keeps the rest as open differences. */
export class ChargeExaminer {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(LOGGER) private readonly logger: Logger,
    @inject(OwnBooksReader) private readonly books: OwnBooksReader,
    @inject(DifferenceRepository) private readonly differences: DifferenceRepository,
    @inject(PaymentProviders) private readonly providers: PaymentProviders,
    @inject(DifferenceRepairer) private readonly repairer: DifferenceRepairer,
  ) {}

  /** Those of a page that do not seem to agree. Read while both sides go on, so each of them is to be examined. */
  async suspects(accounts: readonly ChargeAccount[], call: CallContext): Promise<string[]> {
    const orderIds = accounts.map(({ charge }) => orderOf(charge.key)).filter((orderId) => orderId !== undefined);
    const own = await this.books.read(this.database.reader(call), orderIds);
    return accounts
      .filter((account) => this.#compare(account, own.get(orderOf(account.charge.key) ?? '')).length > 0)
      .map(({ charge }) => charge.key);
  }

  /** What was repaired just now, and what is left to be put right. */
  async examine(provider: string, chargeKey: string, call: CallContext): Promise<Difference[]> {
    const repaired: Difference[] = [];
    let look = await this.#look(provider, chargeKey, call);
    for (let attempt = 1; attempt <= MAX_REPAIRS; attempt += 1) {
      const mended = await this.#repairOne(look, chargeKey, call);
      if (mended === undefined) break;
      repaired.push({ kind: mended.kind, chargeKey, detail: mended.detail, outcome: 'repaired' });
      look = await this.#look(provider, chargeKey, call);
    }
    const { findings } = look;
    await this.database.transaction(call, (work) => this.differences.replace(work, provider, chargeKey, findings));
    const open = findings.map(({ kind, detail }) => ({ kind, chargeKey, detail, outcome: 'open' as const }));
    return [...repaired, ...open];
  }

  /** Our books, theirs, and ours again: see `missingAtProvider` and `unknownToUs` for why in this order. */
  async #look(provider: string, chargeKey: string, call: CallContext): Promise<Look> {
    const orderId = orderOf(chargeKey);
    const readOwn = async (): Promise<OwnBooks | undefined> => {
      if (orderId === undefined) return undefined;
      return (await this.books.read(this.database.reader(call), [orderId])).get(orderId);
    };
    const before = await readOwn();
    const account = await this.providers.of(provider).findAccount(chargeKey);
    const own = await readOwn();
    const unknown = unknownToUs(account, own, this.providers.timeoutMs);
    return { account, own, findings: [...missingAtProvider(before, account), ...unknown] };
  }

  #compare(account: ChargeAccount, own: OwnBooks | undefined): Finding[] {
    return [...missingAtProvider(own, account), ...unknownToUs(account, own, this.providers.timeoutMs)];
  }

  /** The finding that was repaired. What cannot be is left to people: one charge must not hold up all others. */
  async #repairOne(
    { findings, own, account }: Look,
    chargeKey: string,
    call: CallContext,
  ): Promise<Finding | undefined> {
    const finding = findings.find(({ repair }) => repair !== undefined);
    if (finding?.repair === undefined || own === undefined || account === undefined) return undefined;
    try {
      await this.repairer.repair(finding.repair, own.payment, account.charge, call);
      return finding;
    } catch (error) {
      this.logger.error({ err: error, chargeKey, difference: finding.detail }, 'a difference could not be repaired');
      return undefined;
    }
  }
}
