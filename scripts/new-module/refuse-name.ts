/** Names that stand for something else: where a call comes from, who owns a schema, words of JavaScript. */
const TAKEN = [
  'bus',
  'bullmq',
  'http',
  'saga',
  'schedule',
  'replay',
  'shared',
  'public',
  'system',
  'new',
  'delete',
  'import',
  'export',
  'default',
  'class',
];

/** Why a module cannot be called so, or undefined. Its name is a schema, a role, a queue and part of a variable. */
export function refuseName(name: string, existing: readonly string[]): string | undefined {
  if (!/^[a-z]{3,20}$/.test(name))
    return `"${name}" is no name for a module: take one word of 3 to 20 lower-case letters.`;
  if (TAKEN.includes(name)) return `"${name}" means something else here: take another word.`;
  if (existing.includes(name))
    return `There is a module called ${name} already: take another word, or work in src/modules/${name}.`;
  return undefined;
}
