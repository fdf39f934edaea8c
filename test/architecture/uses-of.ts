import { isTest, type SourceFile } from './source-tree.ts';

/** How a module calls another: through a client that it is given, or as a step of its saga. */
const CALLS = /\bclientOf\(\s*(\w+)\s*\)|\b(\w+)\.operations\b/g;

/** Names of the contracts, as code writes them (`Catalog`), whose operations a module's own code calls. */
export function contractsCalledBy(module: string, files: readonly SourceFile[]): Set<string> {
  const own = files.filter(({ path }) => path.startsWith(`src/modules/${module}/`) && !isTest(path));
  const names = own.flatMap(({ text }) =>
    [...text.matchAll(CALLS)].map(([, injected, stepped]) => injected ?? stepped ?? ''),
  );
  return new Set(names.filter((name) => importsContract(name, own)));
}

/** Only what comes from another module's contract is a contract: `Route.operations` would be something else. */
function importsContract(name: string, files: readonly SourceFile[]): boolean {
  const imported = new RegExp(
    `import (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from '[./]*/(\\w[\\w-]*)/contract/index\\.ts'`,
  );
  return files.some(({ text }) => imported.test(text));
}
