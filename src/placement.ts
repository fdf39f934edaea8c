import type { CallTransport, LocalTransport } from './shared/calls/index.ts';
import type { Config } from './shared/config/index.ts';
import { StartFailure } from './shared/errors/index.ts';
import { ModuleGraph, System, type ModuleDefinition } from './shared/module/index.ts';
import { CallEndpoint, CallTokens, PlacedTransport, RemoteTransport } from './shared/remote/index.ts';
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
}

export interface PlacedCalls {
  /** To any module, wherever it runs. */
  readonly calls: CallTransport;
  readonly remote: RemoteTransport;
  /** Where other processes call the modules of this one. */
  readonly endpoint: CallEndpoint;
}

/** The ways of calls into this process and out of it. No port or connection is open yet. */
export function placeCalls(
  hosted: readonly ModuleDefinition[],
  { config, secret, logger, calls, local }: CallOptions,
): PlacedCalls {
  const tokens = new CallTokens(secret);
  const isHere = (name: string): boolean => hosted.some(({ contract }) => contract.name === name);
  const addresses = [...config.calls.addresses].filter(([name]) => calls === 'network' || !isHere(name));
  const remote = new RemoteTransport({ addresses: new Map(addresses), tokens });
  const contracts = [System, ...hosted.map(({ contract }) => contract)];
  return {
    calls: new PlacedTransport(local, remote),
    remote,
    endpoint: new CallEndpoint({ contracts, calls: local, tokens, logger }),
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
    if (how === 'calls' && names.includes(from) && !names.includes(to) && !calls.addresses.has(to)) {
      const variable = `BANYAN_URL_${to.toUpperCase()}`;
      throw new StartFailure(
        `BANYAN_MODULES has ${from} without ${to}, which it calls; add ${to} to the list, or set ${variable}.`,
      );
    }
  }
  return hosted;
}
