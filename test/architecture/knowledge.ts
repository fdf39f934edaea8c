import type { ModuleGraph } from '../../src/shared/module/index.ts';
import type { Knowledge } from './judge-imports.ts';

export function knowledgeOf(graph: ModuleGraph): Knowledge {
  return new Map(
    graph.modules.map((module) => [
      module,
      new Set(graph.edges.filter(({ from }) => from === module).map(({ to }) => to)),
    ]),
  );
}
