/** `src/modules/index.ts` with one more module: its import, and its line in the list. */
export function addToList(list: string, name: string): string {
  const entry = `${name}Module`;
  const imports = [...list.matchAll(/^import .*;$/gm)];
  const lastImport = imports.at(-1);
  const end = list.lastIndexOf('];');
  if (lastImport === undefined || end < 0) throw new Error('src/modules/index.ts has no list of modules to add to');
  const afterImports = lastImport.index + lastImport[0].length;
  return [
    list.slice(0, afterImports),
    `\nimport { ${entry} } from './${name}/${name}.module.ts';`,
    list.slice(afterImports, end),
    `  ${entry},\n`,
    list.slice(end),
  ].join('');
}
