import { openBanyanDatabase } from './banyan-database.ts';
import { prepareCluster } from './cluster-directory.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { type DataPlace, prepareDataPlace } from './data-place.ts';
import { asFailureOfFolder } from './embedded-postgres-failure.ts';
import { stopOrphanedPostmaster } from './orphaned-postmaster.ts';
import { preparePostgresBinaries } from './postgres-binaries.ts';
import { ServerLog } from './server-log.ts';
import { ServerProcess } from './server-process.ts';

export { EmbeddedPostgresFailure } from './embedded-postgres-failure.ts';

export interface EmbeddedPostgres {
  /** Superuser URL: postgres://postgres:<password>@127.0.0.1:<port>/banyan (the database exists). */
  readonly url: string;
  readonly port: number;
  /** Where the data really lives, links resolved; differs from the folder asked for where a notice says so. */
  readonly dataDir: string;
  /** Sentences the operator should read, for instance that the data was placed elsewhere. */
  readonly notices: readonly string[];
  /** Fast shutdown, within 22 s at worst; calling it again awaits the same shutdown. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** BANYAN_DATA_DIR. The cluster goes to `<dataDir>/postgres`. */
  readonly dataDir: string;
  /** Further server settings, such as `{ fsync: 'off' }` in tests. Address and port cannot be overridden. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the Postgres that Banyan brings along, alone on its data folder, whatever state an earlier process left there.
 * Throws EmbeddedPostgresFailure, whose message is a sentence for the operator.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    const place = prepareDataPlace(options.dataDir);
    const unlock = await lockDataDir(place.dataDir, place.user);
    try {
      return await startIn(place, options.settings ?? {}, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    throw asFailureOfFolder(error, options.dataDir);
  }
}

async function startIn(
  place: DataPlace,
  settings: Readonly<Record<string, string>>,
  unlock: () => void,
): Promise<EmbeddedPostgres> {
  await stopOrphanedPostmaster(place.clusterDir);
  const log = new ServerLog(place.dataDir, place.user);
  const binaries = await preparePostgresBinaries(place.dataDir, place.user);
  const cluster = await prepareCluster(place, binaries, log, settings['fsync'] !== 'off');
  const server = await ServerProcess.launch({ place, binaries, log, settings });
  const url = await openBanyanDatabase(server.port, cluster.password, place.dataDir).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });

  let stopping: Promise<void> | undefined;
  return {
    url,
    port: server.port,
    dataDir: place.dataDir,
    notices: [...place.notices, ...binaries.notices, ...cluster.notices],
    stop: () => (stopping ??= server.stop().then(unlock)),
  };
}
