import type { CallTransport, LocalTransport } from './shared/calls/index.ts';
import type { Config } from './shared/config/index.ts';
import { StartFailure } from './shared/errors/index.ts';
import { ModuleGraph, standInFor, System, type ModuleDefinition } from './shared/module/index.ts';
import {
  CallEndpoint,
  CallTokens,
  ForeignService,
  PlacedTransport,
  RemoteTransport,
  type EventDoor,
} from './shared/remote/index.ts';
import type { Logger } from './shared/telemetry/index.ts';

/**
 * `direct`: straight into the pipeline of a module that is here. `network`: to the address that the configuration has for
 * a module, also where that is this process.
 */
export type CallWays = 'direct' | 'network';

interface CallOptions {
  readonly config: Config;
  readonly secret: string;
  readonly logger: Logger;
  readonly calls?: CallWays;
  readonly local: LocalTransport;
  /** Of events that come over HTTP for what this process hosts. */
  readonly events: EventDoor;
}

export interface PlacedCalls {
  /** To any module, wherever it runs. */
  readonly calls: CallTransport;
  /** To other processes of Banyan. */
  readonly remote: RemoteTransport;
  /** Where other processes call the modules of this one. */
  readonly endpoint: CallEndpoint;
  /** What this process hosts: for a module that a service in another language replaces, a stand-in. */
  readonly hosts: readonly ModuleDefinition[];
  knows(module: string): boolean;
  /** Closes what was opened to others. */
  close(): Promise<void>;
}

/** The ways of calls into this process and out of it. No port or connection is open yet. */
export function placeCalls(
  hosted: readonly ModuleDefinition[],
  { config, secret, logger, calls, local, events }: CallOptions,
): PlacedCalls {
  const { foreign } = config.calls;
  const tokens = new CallTokens(secret, { foreign: new Set(foreign.keys()) });
  const isHere = (name: string): boolean => hosted.some(({ contract }) => contract.name === name);
  const addresses = [...config.calls.addresses].filter(([name]) => calls === 'network' || !isHere(name));
  const remote = new RemoteTransport({ addresses: new Map(addresses), tokens });
  const abroad = new RemoteTransport({ addresses: foreign, tokens });
  const services: ForeignService[] = [];
  const hosts = hosted.map((definition) => {
    const { name } = definition.contract;
    const urls = foreign.get(name);
    if (urls === undefined) return definition;
    const service = new ForeignService(name, urls, tokens);
    services.push(service);
    return standInFor(definition, { service, calls: abroad });
  });
  const contracts = [System, ...hosted.map(({ contract }) => contract)];
  return {
    calls: new PlacedTransport(local, [abroad, remote]),
    remote,
    endpoint: new CallEndpoint({ contracts, calls: local, events, tokens, logger }),
    hosts,
    knows: (module) => abroad.knows(module) || remote.knows(module),
    close: async () => {
      await Promise.all([remote, abroad, ...services].map((each) => each.close()));
    },
  };
}

/** The modules that this process is to host. Throws StartFailure where one could not reach what it calls. */
export function selectHosted(
  definitions: readonly ModuleDefinition[],
  { modules: names, calls }: Config,
): readonly ModuleDefinition[] {
  if (names === undefined) return definitions;
  const hosted = definitions.filter(({ contract }) => names.includes(contract.name));
  // Events and their acknowledgements travel by queue; a call must find its module here or at an address.
  for (const { from, to, how } of new ModuleGraph(definitions).edges) {
    // What a service in another language calls, it finds by itself.
    if (how !== 'calls' || calls.foreign.has(from) || calls.foreign.has(to)) continue;
    if (names.includes(from) && !names.includes(to) && !calls.addresses.has(to)) {
      const variable = `BANYAN_URL_${to.toUpperCase()}`;
      throw new StartFailure(
        `BANYAN_MODULES has ${from} without ${to}, which it calls; add ${to} to the list, or set ${variable}.`,
      );
    }
  }
  return hosted;
}
