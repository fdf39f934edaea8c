import type { Route } from '../../src/shared/http/index.ts';
import type { ModuleDefinition } from '../../src/shared/module/index.ts';
import type { SourceFile } from '../../test/architecture/source-tree.ts';
import type { Subject } from './compare-contracts.ts';

export interface Consumers {
  readonly definitions: readonly ModuleDefinition[];
  /** The modules' own code, without tests. */
  readonly code: readonly SourceFile[];
}

/** Whom a change is about: modules that call, hear or look for it, and endpoints that show it. */
export function nameConsumers(subject: Subject, consumers: Consumers): string[] {
  if (subject.kind === 'event') return subscribersOf(`${subject.module}.${subject.name}`, consumers);
  if (subject.kind === 'subscription') return [subject.module];
  return subject.kind === 'error' ? seekersOf(subject, consumers) : callersOf(subject, consumers);
}

function subscribersOf(type: string, { definitions }: Consumers): string[] {
  return definitions
    .filter(({ subscriptions, sagas }) =>
      [...subscriptions, ...sagas.flatMap(({ wakeUps }) => wakeUps)].some(({ event }) => event.type === type),
    )
    .map(({ contract }) => contract.name);
}

function callersOf({ module, name }: Subject, { definitions, code }: Consumers): string[] {
  // By a client that was injected, or as a step of a saga, which names the contract.
  const call = new RegExp(`\\.${name}\\(|\\.operations\\.${name}\\b`);
  const modules = definitions
    .filter(({ contract, knows }) => contract.name === module || knows.some((known) => known.name === module))
    .map(({ contract }) => contract.name)
    .filter((caller) => usesOf(caller, module, code).some(({ text }) => call.test(text)));
  const rows = definitions
    .flatMap(({ routes }) => routes)
    .filter(({ operation }) => operation.id === `${module}.${name}`);
  return [...modules, ...rows.map(nameOfRow)];
}

function nameOfRow({ method, path }: Route): string {
  return `${method} ${path}`;
}

/** Whoever does something of its own about an error names it. Where nobody does, all who call the module may meet it. */
function seekersOf({ module, name }: Subject, { definitions, code }: Consumers): string[] {
  const names = definitions.map(({ contract }) => contract.name);
  const seekers = names.filter((seeker) =>
    usesOf(seeker, module, code).some(({ text }) => text.includes(`.errors.${name}`)),
  );
  if (seekers.length > 0) return seekers;
  return definitions
    .filter(({ knows }) => knows.some((known) => known.name === module))
    .map(({ contract }) => contract.name);
}

/** A module's files that use another's contract; of the module itself, its sagas, which may be of an older process. */
function usesOf(user: string, module: string, code: readonly SourceFile[]): SourceFile[] {
  const own = code.filter(({ path }) => path.startsWith(`src/modules/${user}/`));
  if (user === module) return own.filter(({ path }) => path.includes('/sagas/'));
  return own.filter(({ text }) => text.includes(`/${module}/contract/index.ts'`));
}
