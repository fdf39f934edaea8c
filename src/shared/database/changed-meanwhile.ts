/** "tuple concurrently updated": Postgres says so with the code of any internal error. */
const CHANGED_MEANWHILE = 'XX000';

/** Two starts may change the same role or database at once; the loser tries again this often. */
const MAX_ATTEMPTS = 5;

/**
 * Does again what may be repeated, when another start has changed the same thing meanwhile. Roles and databases belong
 * to the whole server, so no lock of one database keeps two starts apart.
 */
export async function againIfChangedMeanwhile(
  work: () => Promise<unknown>,
  codes: readonly string[] = [],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      const code = String((error as { code?: string }).code);
      if ((code !== CHANGED_MEANWHILE && !codes.includes(code)) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}
