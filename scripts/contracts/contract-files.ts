import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContractRecord } from './contract-record.ts';

/** What the modules have promised: `contracts/<module>.json`. */
export class ContractFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Modules that have a record. */
  names(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.replace(/\.json$/, ''))
      .toSorted();
  }

  /** Undefined: it was never recorded. */
  read(module: string): ContractRecord | undefined {
    const path = this.#path(module);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ContractRecord) : undefined;
  }

  write(record: ContractRecord): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#path(record.module), textOf(record));
  }

  remove(module: string): void {
    rmSync(this.#path(module));
  }

  #path(module: string): string {
    return join(this.#folder, `${module}.json`);
  }
}

/** The same record gives the same bytes. */
export function textOf(record: ContractRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
