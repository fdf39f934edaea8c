/** The name of a module's next migration, `0002_gift_cards.sql`, after those that it has. */
export function nextMigration(existing: readonly string[], what: string): string {
  const words = what
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (!/^[a-z][a-z0-9_]{2,60}$/.test(words)) {
    throw new Error(`"${what}" does not say what the migration does: take a few words, such as "gift cards".`);
  }
  const numbers = existing.map((name) => Number(/^(\d{4})_/.exec(name)?.[1] ?? 0));
  return `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}_${words}.sql`;
}
