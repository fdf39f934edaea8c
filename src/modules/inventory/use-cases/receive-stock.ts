import { inject } from 'inversify';
import { nameOf, type CallContext } from '../../../shared/auth/index.ts';
import { clientOf, type Client, type Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { present, problems } from '../../../shared/errors/index.ts';
import { DATABASE } from '../../../shared/module/index.ts';
import { newId } from '../../../shared/values/index.ts';
import { Catalog } from '../../catalog/contract/index.ts';
import { Inventory } from '../contract/index.ts';
import { bringTheSame } from '../domain/stock-line.ts';
import { ReceiptRepository, type NewReceipt, type Receipt } from '../persistence/receipt.repository.ts';
import { LowStockWatch } from './low-stock-watch.ts';

type ReceiveStockOperation = typeof Inventory.operations.receiveStock;
type Received = OutputOf<ReceiveStockOperation>;

/**
 * Goods come in: known ones of which stock is kept. The reference names them, or else the caller's key does; a call
 * that has neither receives anew each time. A refusal is not kept, so that it can be repeated when its cause is gone.
 */
export class ReceiveStock implements Coordination<ReceiveStockOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(clientOf(Catalog)) private readonly catalog: Client<typeof Catalog>,
    @inject(ReceiptRepository) private readonly receipts: ReceiptRepository,
    @inject(LowStockWatch) private readonly watch: LowStockWatch,
  ) {}

  async coordinate(input: ParsedInputOf<ReceiveStockOperation>, call: CallContext): Promise<Received> {
    const id = newId('rcp');
    const requestKey =
      call.idempotencyKey === undefined ? undefined : `${nameOf(call.principal)} ${call.idempotencyKey}`;
    const receipt: NewReceipt = { ...input, id, requestKey, reference: input.reference ?? requestKey ?? id };
    const earlier = await this.#findEarlier(this.database.reader(call), receipt);
    if (earlier !== undefined) return toReceived(earlier);
    const skus = [...new Set(input.lines.map(({ sku }) => sku))];
    await this.#refuseWhatCannotBeStocked(skus, call);
    return await this.database.transaction(call, async (work) => {
      const made = await this.receipts.receive(work, receipt);
      if (made !== undefined) await this.watch.look(work, skus);
      const kept = made ?? (await this.#findEarlier(work, receipt));
      return toReceived(present(kept, 'a reference or key that is taken belongs to an earlier receipt'));
    });
  }

  async #refuseWhatCannotBeStocked(skus: string[], call: CallContext): Promise<void> {
    const variants = new Map((await this.catalog.getVariants({ skus }, call)).map((variant) => [variant.sku, variant]));
    const unknown = skus.filter((sku) => !variants.has(sku));
    if (unknown.length > 0) throw Inventory.errors.unknownSku({ skus: unknown });
    const untracked = skus.filter((sku) => variants.get(sku)?.tracked === false);
    if (untracked.length > 0) throw Inventory.errors.notTracked({ skus: untracked });
  }

  /** The receipt that this request repeats. Throws where its reference or key came with other goods. */
  async #findEarlier(work: UnitOfWork, receipt: NewReceipt): Promise<Receipt | undefined> {
    const [earlier, another] = await this.receipts.findEarlier(work, receipt.reference, receipt.requestKey);
    if (earlier === undefined) return undefined;
    const repeats =
      another === undefined &&
      earlier.reference === receipt.reference &&
      earlier.location === receipt.location &&
      bringTheSame(earlier.lines, receipt.lines);
    if (!repeats) throw problems.idempotencyKeyReused();
    return earlier;
  }
}

function toReceived(receipt: Receipt): Received {
  return { ...receipt, receivedAt: receipt.receivedAt.toISOString() };
}
