import ts from 'typescript';
import type { SourceFile } from './source-tree.ts';

/** A sentence for every command of a contract whose one line about being repeated is missing. */
export function judgeDocstrings(file: SourceFile): string[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isCommand(node) && !hasDocstring(node, file.text)) {
      faults.push(`${file.path}: ${node.name.getText()} has no docstring: say in one line what a repeat does.`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return faults;
}

/** `reserveStock: command(…)` */
function isCommand(node: ts.Node): node is ts.PropertyAssignment {
  if (!ts.isPropertyAssignment(node) || !ts.isCallExpression(node.initializer)) return false;
  return node.initializer.expression.getText() === 'command';
}

function hasDocstring(node: ts.PropertyAssignment, text: string): boolean {
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comments.some(({ pos }) => text.startsWith('/**', pos));
}
