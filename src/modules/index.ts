import type { ModuleDefinition } from '../shared/module/index.ts';
import { identityModule } from './identity/identity.module.ts';
import { catalogModule } from './catalog/catalog.module.ts';
import { pricingModule } from './pricing/pricing.module.ts';
import { inventoryModule } from './inventory/inventory.module.ts';
import { paymentsModule } from './payments/payments.module.ts';
import { orderingModule } from './ordering/ordering.module.ts';
import { fulfilmentModule } from './fulfilment/fulfilment.module.ts';
import { notificationsModule } from './notifications/notifications.module.ts';
import { reportingModule } from './reporting/reporting.module.ts';

/** THE list: every module of Banyan, one line each. */
export const modules: readonly ModuleDefinition[] = [
  identityModule,
  catalogModule,
  pricingModule,
  inventoryModule,
  paymentsModule,
  orderingModule,
  fulfilmentModule,
  notificationsModule,
  reportingModule,
];
