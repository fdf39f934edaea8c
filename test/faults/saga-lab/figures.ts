import type { RunningShop } from './shop-lab.ts';

/** How often a process has counted something about ordering's sagas, e.g. `stale_writes`. */
export async function countedBy({ store }: RunningShop, what: string): Promise<number> {
  const { text } = await store.get('/metrics').expect(200);
  const figure = new RegExp(`^banyan_sagas_${what}_total\\{module="ordering"\\} (\\d+)$`, 'm').exec(text);
  return Number(figure?.[1] ?? 0);
}
