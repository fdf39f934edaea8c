import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { OutputOf, ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { Pricing } from '../contract/index.ts';
import { deliversTo } from '../domain/delivery-price.ts';
import { DeliveryOptionRepository } from '../persistence/delivery-option.repository.ts';

type ListDeliveryOptionsOperation = typeof Pricing.operations.listDeliveryOptions;

/** Asks the table, not the cache: staff see what they have just changed, whichever process answers. */
export class ListDeliveryOptions implements UseCase<ListDeliveryOptionsOperation> {
  constructor(@inject(DeliveryOptionRepository) private readonly options: DeliveryOptionRepository) {}

  async execute(
    { currency, country }: ParsedInputOf<ListDeliveryOptionsOperation>,
    work: UnitOfWork,
  ): Promise<OutputOf<ListDeliveryOptionsOperation>> {
    const reachable = (await this.options.list(work)).filter((option) => deliversTo(option, country));
    if (currency === undefined) return reachable;
    return reachable
      .map((option) => ({ ...option, prices: option.prices.filter((price) => price.currency === currency) }))
      .filter(({ prices }) => prices.length > 0);
  }
}
