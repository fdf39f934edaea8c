import { defineModule, every, on } from '../../shared/module/index.ts';
import { minutes } from '../../shared/values/index.ts';
import { Catalog } from '../catalog/contract/index.ts';
import { Inventory } from './contract/index.ts';
import { inventoryRoutes } from './inventory.routes.ts';
import { LedgerReader } from './persistence/ledger.reader.ts';
import { ReceiptRepository } from './persistence/receipt.repository.ts';
import { ReservationRepository } from './persistence/reservation.repository.ts';
import { ReturnedGoodsRepository } from './persistence/returned-goods.repository.ts';
import { ShippedGoodsRepository } from './persistence/shipped-goods.repository.ts';
import { StockAudit } from './persistence/stock.audit.ts';
import { StockRepository } from './persistence/stock.repository.ts';
import { ThresholdRepository } from './persistence/threshold.repository.ts';
import { TrackSkuWhenVariantPublished } from './subscribers/track-sku-when-variant-published.ts';
import { AllocateStock } from './use-cases/allocate-stock.ts';
import { ExpireReservations } from './use-cases/expire-reservations.ts';
import { GetAvailability } from './use-cases/get-availability.ts';
import { ListLedger } from './use-cases/list-ledger.ts';
import { ListStock } from './use-cases/list-stock.ts';
import { ListThresholds } from './use-cases/list-thresholds.ts';
import { LowStockWatch } from './use-cases/low-stock-watch.ts';
import { PutThreshold } from './use-cases/put-threshold.ts';
import { ReceiveReturn } from './use-cases/receive-return.ts';
import { ReceiveStock } from './use-cases/receive-stock.ts';
import { ReleaseStock } from './use-cases/release-stock.ts';
import { RemoveThreshold } from './use-cases/remove-threshold.ts';
import { ReserveStock } from './use-cases/reserve-stock.ts';
import { ShipStock } from './use-cases/ship-stock.ts';
import { SummariseLedger } from './use-cases/summarise-ledger.ts';
import { UnshipStock } from './use-cases/unship-stock.ts';

export const inventoryModule = defineModule(Inventory, {
  knows: [Catalog],
  provides: [
    StockRepository,
    ReservationRepository,
    ReceiptRepository,
    ShippedGoodsRepository,
    ReturnedGoodsRepository,
    ThresholdRepository,
    LedgerReader,
    LowStockWatch,
  ],
  operations: {
    getAvailability: GetAvailability,
    listStock: ListStock,
    receiveStock: ReceiveStock,
    reserveStock: ReserveStock,
    allocateStock: AllocateStock,
    shipStock: ShipStock,
    unshipStock: UnshipStock,
    receiveReturn: ReceiveReturn,
    releaseStock: ReleaseStock,
    expireReservations: ExpireReservations,
    putThreshold: PutThreshold,
    removeThreshold: RemoveThreshold,
    listThresholds: ListThresholds,
    listLedger: ListLedger,
    summariseLedger: SummariseLedger,
  },
  subscriptions: [on(Catalog.events.variantPublished, TrackSkuWhenVariantPublished, { from: 'beginning' })],
  schedules: [every(minutes(1), Inventory.operations.expireReservations)],
  routes: inventoryRoutes,
  audits: [StockAudit],
});
