import { inject } from 'inversify';
import type { CallContext } from '../../../shared/auth/index.ts';
import type { Coordination } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase } from '../../../shared/database/index.ts';
import { CLOCK, DATABASE } from '../../../shared/module/index.ts';
import type { Clock } from '../../../shared/values/index.ts';
import type { Pricing } from '../contract/index.ts';
import { DeliveryOptionCache } from '../persistence/delivery-option-cache.ts';
import { DeliveryOptionRepository } from '../persistence/delivery-option.repository.ts';

type IsDeliveryOfferedOperation = typeof Pricing.operations.isDeliveryOffered;

/** Every purchase asks this, so it is answered from the cache. */
export class IsDeliveryOffered implements Coordination<IsDeliveryOfferedOperation> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(DeliveryOptionRepository) private readonly options: DeliveryOptionRepository,
    @inject(DeliveryOptionCache) private readonly cache: DeliveryOptionCache,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async coordinate(
    _: ParsedInputOf<IsDeliveryOfferedOperation>,
    call: CallContext,
  ): Promise<OutputOf<IsDeliveryOfferedOperation>> {
    const nowMs = this.clock.now().getTime();
    const options = await this.cache.all(nowMs, () => this.options.list(this.database.reader(call)));
    return { offered: options.length > 0 };
  }
}
