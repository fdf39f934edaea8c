import type { ModuleDefinition } from '../../src/shared/module/index.ts';
import type { SourceFile } from './source-tree.ts';
import { contractsCalledBy } from './uses-of.ts';

/** A sentence for every module that states more or less than what it really calls. */
export function judgeKnowledge(definitions: readonly ModuleDefinition[], files: readonly SourceFile[]): string[] {
  return definitions.flatMap((definition) => {
    const module = definition.contract.name;
    const called = new Set([...contractsCalledBy(module, files)].map(toModuleName));
    const known = new Set(definition.knows.map(({ name }) => name));
    return [
      ...[...known]
        .filter((name) => !called.has(name))
        .map(
          (name) =>
            `${module} says that it knows ${name}, but never calls it: take it out of \`knows\` in ${module}.module.ts.`,
        ),
      ...[...called]
        .filter((name) => name !== module && !known.has(name))
        .map(
          (name) => `${module} calls ${name} without saying so: add its contract to \`knows\` in ${module}.module.ts.`,
        ),
    ];
  });
}

/** `GiftCards` is the contract of `gift-cards`. */
function toModuleName(contract: string): string {
  return contract.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
