import type { Group, Placement } from '../shared/config/index.ts';
import { present } from '../shared/errors/index.ts';
import type { ModuleGraph } from '../shared/module/index.ts';

/**
 * The group that clients come to. Where the file leaves it open: the one that calls others most, so that those calls are
 * not remote twice.
 */
export function choosePublic(placement: Placement, graph: ModuleGraph): Group {
  const callsOf = ({ modules }: Group): number =>
    graph.edges.filter(({ from, to, how }) => how === 'calls' && modules.includes(from) && !modules.includes(to))
      .length;
  const byCalls = placement.groups
    .filter(({ roles }) => roles.includes('http'))
    .sort((a, b) => callsOf(b) - callsOf(a));
  return present(
    byCalls.find(({ name }) => placement.public === undefined || name === placement.public),
    'a placement has groups',
  );
}
