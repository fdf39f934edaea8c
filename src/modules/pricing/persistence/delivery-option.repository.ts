import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { DeliveryOption } from '../contract/index.ts';

/** A shop has a handful; past this many the list would need pages. */
const MAX_LISTED = 1_000;

/** How goods can be delivered. */
export class DeliveryOptionRepository {
  async list(work: UnitOfWork): Promise<DeliveryOption[]> {
    return await work.rows<DeliveryOption>(
      'select code, title, prices, countries from delivery_options order by code limit $1',
      [MAX_LISTED],
    );
  }

  /** Creates the option or replaces the one with this code. */
  async put(work: UnitOfWork, { code, title, prices, countries }: DeliveryOption): Promise<void> {
    await work.run(
      `insert into delivery_options (code, title, prices, countries) values ($1, $2, $3, $4::text[])
       on conflict (code) do update
         set title = excluded.title, prices = excluded.prices, countries = excluded.countries, updated_at = now()`,
      [code, title, JSON.stringify(prices), countries],
    );
  }

  async remove(work: UnitOfWork, code: string): Promise<void> {
    await work.run('delete from delivery_options where code = $1', [code]);
  }
}
