import type { UnitOfWork } from '../../../shared/database/index.ts';

/** `open`: received, not carried out. `ignored`: not about a payment of ours. `refused`: says what cannot be. */
export type WebhookOutcome = 'open' | 'applied' | 'ignored' | 'refused';

export class WebhookRepository {
  /** Keeps a message unless it is there, and says what came of it. A concurrent copy waits here until that is known. */
  async keep(work: UnitOfWork, message: { provider: string; id: string; body: string }): Promise<WebhookOutcome> {
    const { provider, id, body } = message;
    await work.run('insert into webhook_events (provider, id, body) values ($1, $2, $3) on conflict do nothing', [
      provider,
      id,
      body,
    ]);
    const row = await work.row<{ outcome: WebhookOutcome }>(
      'select outcome from webhook_events where provider = $1 and id = $2 for update',
      [provider, id],
    );
    return row?.outcome ?? 'open';
  }

  async finish(work: UnitOfWork, provider: string, id: string, outcome: WebhookOutcome): Promise<void> {
    await work.run('update webhook_events set outcome = $3 where provider = $1 and id = $2', [provider, id, outcome]);
  }
}
