import { basename, dirname } from 'node:path/posix';
import ts from 'typescript';
import { isTest, type SourceFile } from './source-tree.ts';

const HOMELESS = /^(utils?|helpers?|common|lib|misc|shared-stuff)$/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.ts$/;
const DOORS = /^src\/modules\/(index|[^/]+\/contract\/index)\.ts$|^src\/shared\/[^/]+\/index\.ts$/;
/** Where one file is one thing. Elsewhere a file may gather what belongs to one concept, such as money. */
const ONE_EXPORT =
  /^src\/modules\/[^/]+\/(use-cases|subscribers)\/|\.(module|routes|saga|repository|reader|model)\.ts$/;

/** A sentence for every file whose name says too little or something else. */
export function judgeNames(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const fault = judgeName(file);
    return fault === undefined ? [] : [`${file.path} ${fault}`];
  });
}

function judgeName(file: SourceFile): string | undefined {
  const name = basename(file.path);
  const homeless = [...dirname(file.path).split('/'), ...name.split(/[.-]/)].find((part) => HOMELESS.test(part));
  if (homeless !== undefined) return `is called "${homeless}", which says nothing: name it for what it does.`;
  if (!KEBAB_CASE.test(name)) return 'is not in kebab-case.';
  if (name === 'index.ts' && !DOORS.test(file.path)) {
    return 'is an index.ts, which only modules/, a contract/ and a shared folder have: name it for its export.';
  }
  if (isTest(file.path) || name === 'index.ts' || !ONE_EXPORT.test(file.path)) return undefined;
  const names = exportsOf(file);
  const wanted = name.replace(/\.ts$/, '').replaceAll('.', '-');
  // A repository is known by its noun and its kind, a saga by its name and `Saga`.
  if (names.some((each) => toKebab(each) === wanted)) return undefined;
  return `exports ${names.join(', ') || 'nothing'}, but is named for ${toPascal(wanted)}: name the file for its export.`;
}

function exportsOf({ path, text }: SourceFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  return source.statements.flatMap((statement) => {
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (exported !== true) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    }
    if (ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement))
      return statement.name === undefined ? [] : [statement.name.text];
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [statement.name.text];
    return [];
  });
}

function toKebab(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase();
}

function toPascal(name: string): string {
  return name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
