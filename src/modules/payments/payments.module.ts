import { defineModule, every } from '../../shared/module/index.ts';
import { minutes } from '../../shared/values/index.ts';
import { Payments } from './contract/index.ts';
import { paymentsRoutes } from './payments.routes.ts';
import { CaptureRepository } from './persistence/capture.repository.ts';
import { DifferenceRepository } from './persistence/difference.repository.ts';
import { LedgerReader } from './persistence/ledger.reader.ts';
import { LedgerRepository } from './persistence/ledger.repository.ts';
import { MoneyAudit } from './persistence/money.audit.ts';
import { OwnBooksReader } from './persistence/own-books.reader.ts';
import { PaymentRepository } from './persistence/payment.repository.ts';
import { ReconciliationRepository } from './persistence/reconciliation.repository.ts';
import { RefundRepository } from './persistence/refund.repository.ts';
import { WebhookRepository } from './persistence/webhook.repository.ts';
import { PaymentProviders } from './providers/payment-providers.ts';
import { AuthorisationVoider } from './use-cases/authorisation-voider.ts';
import { CancelPayment } from './use-cases/cancel-payment.ts';
import { CapturePayment } from './use-cases/capture-payment.ts';
import { CaptureRecorder } from './use-cases/capture-recorder.ts';
import { ChargeExaminer } from './use-cases/charge-examiner.ts';
import { ChargeRecorder } from './use-cases/charge-recorder.ts';
import { ChargeReturner } from './use-cases/charge-returner.ts';
import { DifferenceRepairer } from './use-cases/difference-repairer.ts';
import { GetPayments } from './use-cases/get-payments.ts';
import { ListReconciliations } from './use-cases/list-reconciliations.ts';
import { ListSandboxCharges } from './use-cases/list-sandbox-charges.ts';
import { ReceiveWebhook } from './use-cases/receive-webhook.ts';
import { ReconcilePayments } from './use-cases/reconcile-payments.ts';
import { RecordCreditNote } from './use-cases/record-credit-note.ts';
import { RefundExecutor } from './use-cases/refund-executor.ts';
import { RefundPayment } from './use-cases/refund-payment.ts';
import { RefundRecorder } from './use-cases/refund-recorder.ts';
import { ReleaseAuthorisation } from './use-cases/release-authorisation.ts';
import { SummariseLedger } from './use-cases/summarise-ledger.ts';
import { TakePayment } from './use-cases/take-payment.ts';

export const paymentsModule = defineModule(Payments, {
  provides: [
    PaymentRepository,
    CaptureRepository,
    RefundRepository,
    LedgerRepository,
    LedgerReader,
    WebhookRepository,
    PaymentProviders,
    ChargeRecorder,
    ChargeReturner,
    CaptureRecorder,
    AuthorisationVoider,
    RefundExecutor,
    RefundRecorder,
    OwnBooksReader,
    DifferenceRepository,
    ReconciliationRepository,
    DifferenceRepairer,
    ChargeExaminer,
  ],
  operations: {
    takePayment: TakePayment,
    capturePayment: CapturePayment,
    releaseAuthorisation: ReleaseAuthorisation,
    cancelPayment: CancelPayment,
    refundPayment: RefundPayment,
    recordCreditNote: RecordCreditNote,
    getPayments: GetPayments,
    receiveWebhook: ReceiveWebhook,
    reconcilePayments: ReconcilePayments,
    listReconciliations: ListReconciliations,
    listSandboxCharges: ListSandboxCharges,
    summariseLedger: SummariseLedger,
  },
  schedules: [every(minutes(10), Payments.operations.reconcilePayments)],
  routes: paymentsRoutes,
  audits: [MoneyAudit],
});
