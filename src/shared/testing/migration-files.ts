import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of migrations that a test makes up, by modules and files. */
export class MigrationFiles {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<MigrationFiles> {
    return new MigrationFiles(await mkdtemp(join(tmpdir(), 'banyan-migrations-')));
  }

  /** `file` as `0001_sales.sql`. */
  async write(module: string, file: string, sql: string): Promise<void> {
    await mkdir(join(this.folder, module), { recursive: true });
    await writeFile(join(this.folder, module, file), sql);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
