import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { DATABASE } from '../../../shared/module/index.ts';
import type { DeliveryOption, Pricing } from '../contract/index.ts';
import { DeliveryOptionCache } from '../persistence/delivery-option-cache.ts';
import { DeliveryOptionRepository } from '../persistence/delivery-option.repository.ts';

type PutDeliveryOptionOperation = typeof Pricing.operations.putDeliveryOption;

/** Opens its transaction itself, because the cache may be dropped only after the commit. */
export class PutDeliveryOption implements Coordination<PutDeliveryOptionOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(DeliveryOptionRepository) private readonly options: DeliveryOptionRepository,
    @inject(DeliveryOptionCache) private readonly cache: DeliveryOptionCache,
  ) {}

  async coordinate(input: ParsedInputOf<PutDeliveryOptionOperation>, call: CallContext): Promise<DeliveryOption> {
    const option = { ...input, countries: [...new Set(input.countries)].sort() };
    try {
      await this.database.transaction(call, (work) => this.options.put(work, option));
    } finally {
      // Also after a failure: a commit that was not confirmed may have happened.
      this.cache.drop();
    }
    return option;
  }
}
