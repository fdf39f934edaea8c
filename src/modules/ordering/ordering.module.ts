import { defineModule } from '../../shared/module/index.ts';
import { Inventory } from '../inventory/contract/index.ts';
import { Payments } from '../payments/contract/index.ts';
import { Pricing } from '../pricing/contract/index.ts';
import { Ordering } from './contract/index.ts';
import { orderingRoutes } from './ordering.routes.ts';
import { CartRepository } from './persistence/cart.repository.ts';
import { CreditNoteRepository } from './persistence/credit-note.repository.ts';
import { DispatchRepository } from './persistence/dispatch.repository.ts';
import { OrderReader } from './persistence/order.reader.ts';
import { OrderRepository } from './persistence/order.repository.ts';
import { RefundRepository } from './persistence/refund.repository.ts';
import { ReturnRepository } from './persistence/return.repository.ts';
import { cancellationSaga } from './sagas/cancellation.saga.ts';
import { checkoutSaga } from './sagas/checkout.saga.ts';
import { creditNoteSaga } from './sagas/credit-note.saga.ts';
import { refundSaga } from './sagas/refund.saga.ts';
import { AbandonDispatch } from './use-cases/abandon-dispatch.ts';
import { AbandonRefund } from './use-cases/abandon-refund.ts';
import { AbandonReturn } from './use-cases/abandon-return.ts';
import { AddCartLine } from './use-cases/add-cart-line.ts';
import { BeginDispatch } from './use-cases/begin-dispatch.ts';
import { BeginReturn } from './use-cases/begin-return.ts';
import { CancelOrder } from './use-cases/cancel-order.ts';
import { ChangeCartLine } from './use-cases/change-cart-line.ts';
import { ChangeCart } from './use-cases/change-cart.ts';
import { CompleteCart } from './use-cases/complete-cart.ts';
import { ConfirmOrder } from './use-cases/confirm-order.ts';
import { CreateCart } from './use-cases/create-cart.ts';
import { GetCart } from './use-cases/get-cart.ts';
import { GetOrder } from './use-cases/get-order.ts';
import { GetPlacedOrder } from './use-cases/get-placed-order.ts';
import { IssueCreditNote } from './use-cases/issue-credit-note.ts';
import { ListCartDeliveryOptions } from './use-cases/list-cart-delivery-options.ts';
import { ListOrders } from './use-cases/list-orders.ts';
import { MarkCancelled } from './use-cases/mark-cancelled.ts';
import { MarkRestCancelled } from './use-cases/mark-rest-cancelled.ts';
import { PlaceStaffOrder } from './use-cases/place-staff-order.ts';
import { PricedCart } from './use-cases/priced-cart.ts';
import { RecordCreditNote } from './use-cases/record-credit-note.ts';
import { RecordDelivery } from './use-cases/record-delivery.ts';
import { RecordDispatch } from './use-cases/record-dispatch.ts';
import { RecordRefund } from './use-cases/record-refund.ts';
import { RecordReturn } from './use-cases/record-return.ts';
import { RefundOrder } from './use-cases/refund-order.ts';
import { RejectOrder } from './use-cases/reject-order.ts';
import { RemoveCartLine } from './use-cases/remove-cart-line.ts';

export const orderingModule = defineModule(Ordering, {
  knows: [Pricing, Inventory, Payments],
  provides: [
    CartRepository,
    OrderRepository,
    OrderReader,
    DispatchRepository,
    ReturnRepository,
    RefundRepository,
    CreditNoteRepository,
    PricedCart,
  ],
  operations: {
    createCart: CreateCart,
    getCart: GetCart,
    changeCart: ChangeCart,
    addCartLine: AddCartLine,
    changeCartLine: ChangeCartLine,
    removeCartLine: RemoveCartLine,
    listCartDeliveryOptions: ListCartDeliveryOptions,
    completeCart: CompleteCart,
    getPlacedOrder: GetPlacedOrder,
    getOrder: GetOrder,
    listOrders: ListOrders,
    placeStaffOrder: PlaceStaffOrder,
    cancelOrder: CancelOrder,
    refundOrder: RefundOrder,
    issueCreditNote: IssueCreditNote,
    beginDispatch: BeginDispatch,
    abandonDispatch: AbandonDispatch,
    recordDispatch: RecordDispatch,
    recordDelivery: RecordDelivery,
    beginReturn: BeginReturn,
    abandonReturn: AbandonReturn,
    recordReturn: RecordReturn,
    confirmOrder: ConfirmOrder,
    rejectOrder: RejectOrder,
    markCancelled: MarkCancelled,
    markRestCancelled: MarkRestCancelled,
    recordRefund: RecordRefund,
    abandonRefund: AbandonRefund,
    recordCreditNote: RecordCreditNote,
  },
  sagas: [checkoutSaga, cancellationSaga, refundSaga, creditNoteSaga],
  routes: orderingRoutes,
});
