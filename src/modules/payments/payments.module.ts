import { defineModule } from '../../shared/module/index.ts';
import { Payments } from './contract/index.ts';
import { paymentsRoutes } from './payments.routes.ts';
import { LedgerReader } from './persistence/ledger.reader.ts';
import { LedgerRepository } from './persistence/ledger.repository.ts';
import { MoneyAudit } from './persistence/money.audit.ts';
import { PaymentRepository } from './persistence/payment.repository.ts';
import { RefundRepository } from './persistence/refund.repository.ts';
import { WebhookRepository } from './persistence/webhook.repository.ts';
import { PaymentProviders } from './providers/payment-providers.ts';
import { CancelPayment } from './use-cases/cancel-payment.ts';
import { ChargeRecorder } from './use-cases/charge-recorder.ts';
import { ChargeReturner } from './use-cases/charge-returner.ts';
import { GetPayments } from './use-cases/get-payments.ts';
import { ListSandboxCharges } from './use-cases/list-sandbox-charges.ts';
import { ReceiveWebhook } from './use-cases/receive-webhook.ts';
import { RecordCreditNote } from './use-cases/record-credit-note.ts';
import { RefundExecutor } from './use-cases/refund-executor.ts';
import { RefundPayment } from './use-cases/refund-payment.ts';
import { SummariseLedger } from './use-cases/summarise-ledger.ts';
import { TakePayment } from './use-cases/take-payment.ts';

export const paymentsModule = defineModule(Payments, {
  provides: [
    PaymentRepository,
    RefundRepository,
    LedgerRepository,
    LedgerReader,
    WebhookRepository,
    PaymentProviders,
    ChargeRecorder,
    ChargeReturner,
    RefundExecutor,
  ],
  operations: {
    takePayment: TakePayment,
    cancelPayment: CancelPayment,
    refundPayment: RefundPayment,
    recordCreditNote: RecordCreditNote,
    getPayments: GetPayments,
    receiveWebhook: ReceiveWebhook,
    listSandboxCharges: ListSandboxCharges,
    summariseLedger: SummariseLedger,
  },
  routes: paymentsRoutes,
  audits: [MoneyAudit],
});
