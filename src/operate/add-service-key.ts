import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../shared/config/index.ts';
import { StartFailure } from '../shared/errors/index.ts';
import { serviceKeyOf } from '../shared/remote/index.ts';
import { CommandRefused } from './command-refused.ts';

interface ServiceKeyOptions {
  readonly modules: readonly string[];
  readonly readSettings: () => Config;
  readonly write: (text: string) => void;
}

/** Prints the key that a service in another language needs to take a module's place. */
export function addServiceKey(program: Command, { modules, readSettings, write }: ServiceKeyOptions): void {
  program
    .command('service-key <module>')
    .description('the key of a service in another language that takes a module’s place')
    .action((module: string) => {
      if (!modules.includes(module)) {
        throw new CommandRefused(`There is no module "${module}"; the modules are ${modules.join(', ')}.`);
      }
      write(`${serviceKeyOf(secretOf(readSettings()), module)}\n`);
    });
}

/** Of the environment, or the one that an earlier start has kept. */
function secretOf({ secret, dataDir }: Config): string {
  const kept = join(dataDir, 'secret');
  if (secret !== undefined) return secret;
  if (existsSync(kept)) return readFileSync(kept, 'utf8').trim();
  throw new StartFailure(`BANYAN_SECRET is not set, and no start has kept one in BANYAN_DATA_DIR (${dataDir}).`);
}
