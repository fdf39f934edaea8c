import type { TillLab } from './lab/till-lab.ts';

/**
 * Lets failed events fall due at once, so that no test waits for the longer pauses. What is being tried at this moment
 * falls due after a lease of 8 s and is left alone: else another process would count an attempt for it as well.
 */
export async function hurryRetries(lab: TillLab, module: string): Promise<void> {
  await lab.rows(
    `update ${module}.inbox set due_at = now() where status = 'retrying'
       and due_at not between now() + interval '6 s' and now() + interval '8 s'`,
  );
}
