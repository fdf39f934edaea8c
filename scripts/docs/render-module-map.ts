import type { Access } from '../../src/shared/auth/index.ts';
import { ModuleGraph, type ModuleDefinition, type ModuleEdge } from '../../src/shared/module/index.ts';
import type { Route } from '../../src/shared/http/index.ts';
import { code, renderTable } from './render-table.ts';

const HEAD = `# The module map

Made by ${code('npm run docs')} from the modules' own definitions; a test compares the two. An arrow reads "knows": a solid one
calls, a dotted one hears events.
`;

/** `docs/modules.md`: who knows whom, and what each module offers. The same modules give the same bytes. */
export function renderModuleMap(definitions: readonly ModuleDefinition[]): string {
  const graph = new ModuleGraph(definitions);
  return [
    HEAD,
    renderGraph(graph),
    renderSummary(definitions, graph),
    ...definitions.map((definition) => renderModule(definition, graph)),
  ].join('\n');
}

function renderGraph({ modules, edges }: ModuleGraph): string {
  const arrows = edges.map(({ from, to, how }) => `  ${from} ${how === 'calls' ? '-->' : '-.->'} ${to}`);
  return ['```mermaid', 'graph LR', ...modules.map((name) => `  ${name}`), ...new Set(arrows), '```', ''].join('\n');
}

function renderSummary(definitions: readonly ModuleDefinition[], { edges }: ModuleGraph): string {
  const rows = definitions.map(({ contract, routes }) => {
    const own = edges.filter(({ from }) => from === contract.name);
    return [
      `[${contract.name}](#${contract.name})`,
      named(own, 'calls'),
      named(own, 'hears'),
      String(Object.keys(contract.operations).length),
      String(Object.keys(contract.events).length),
      String(routes.length),
    ];
  });
  return renderTable(['module', 'calls', 'hears', 'operations', 'events', 'endpoints'], rows);
}

function named(edges: readonly ModuleEdge[], how: ModuleEdge['how']): string {
  const names = [...new Set(edges.filter((edge) => edge.how === how).map(({ to }) => to))];
  return names.join(', ') || '–';
}

function renderModule(definition: ModuleDefinition, graph: ModuleGraph): string {
  return [
    `## ${definition.contract.name}\n`,
    renderOperations(definition),
    renderEvents(definition, graph),
    renderHeard(definition),
    renderProcesses(definition),
    renderEndpoints(definition.routes),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function renderOperations({ contract }: ModuleDefinition): string {
  const rows = Object.values(contract.operations).map(({ name, kind, repeat }) => [
    code(name),
    kind,
    kind === 'query' ? '–' : repeat === 'key' ? 'by its key' : 'by its input',
  ]);
  return renderTable(['operation', 'kind', 'safe to repeat'], rows);
}

function renderEvents({ contract }: ModuleDefinition, graph: ModuleGraph): string {
  const rows = Object.values(contract.events).map(({ name, type, version, of }) => [
    code(name),
    String(version),
    code(of),
    graph.subscribersOf(type).join(', ') || '–',
  ]);
  return renderTable(['event', 'version', 'in order per', 'heard by'], rows);
}

function renderHeard({ subscriptions }: ModuleDefinition): string {
  const rows = subscriptions.map(({ event, subscriber }) => [code(event.type), code(subscriber.name)]);
  return renderTable(['hears', 'and does'], rows);
}

function renderProcesses({ sagas, schedules }: ModuleDefinition): string {
  const rows = [
    ...sagas.map(({ name, wakeUps }) => [code(name), describeStart(wakeUps.map(({ event }) => event.type))]),
    ...schedules.map(({ operation, everyMs }) => [code(operation.name), `every ${everyMs / 1_000} s`]),
  ];
  return renderTable(['runs', 'when'], rows);
}

function describeStart(types: readonly string[]): string {
  return types.length === 0 ? 'started by a use case' : `started by a use case; woken by ${types.map(code).join(', ')}`;
}

function renderEndpoints(routes: readonly Route[]): string {
  const rows = routes.map(({ method, path, operation, access, idempotencyKey }) => [
    code(`${method} ${path}`),
    code(operation.name),
    describeAccess(access),
    idempotencyKey === 'none' ? '–' : idempotencyKey,
  ]);
  return renderTable(['endpoint', 'operation', 'for', 'idempotency key'], rows);
}

function describeAccess(access: Access): string {
  return access.kind === 'staff' ? `staff, ${code(access.scope)}` : access.kind;
}
