import { deriveSecret } from '../auth/index.ts';
import type { IsolationLevel } from '../config/index.ts';
import { StartFailure } from '../errors/index.ts';

/** The queue tables of BullMQ have a schema and a role of their own, which no module can use. */
export const BUS = 'bus';

/** At the level `tables`: where the tables of all modules lie. */
export const SHARED_SCHEMA = 'banyan';

export interface DatabaseLayoutOptions {
  /** Administrator's URL where a module has none of its own. */
  readonly url: string;
  /** How modules' data is kept apart; default: `schema`. */
  readonly isolation?: IsolationLevel | undefined;
  readonly moduleUrls: Readonly<Record<string, string>>;
  readonly rolePrefix: string | undefined;
  readonly secret: string;
}

/** Names and addresses: on which server each module's data lives, and as whom it logs in. */
export class DatabaseLayout {
  readonly #options: DatabaseLayoutOptions;

  constructor(options: DatabaseLayoutOptions) {
    this.#options = options;
  }

  get isolation(): IsolationLevel {
    return this.#options.isolation ?? 'schema';
  }

  /** As whom schemas and roles are made and migrated. */
  adminUrl(module: string): string {
    return this.#options.moduleUrls[module] ?? this.#options.url;
  }

  /** Whether its data lies in a database other than that of the queues. */
  hasOwnUrl(module: string): boolean {
    return module in this.#options.moduleUrls;
  }

  /** The variable that set this module's address, to be named in errors. */
  variable(module: string): string {
    return this.hasOwnUrl(module) ? `DATABASE_URL_${module.toUpperCase()}` : 'DATABASE_URL';
  }

  /** Where its tables lie. At the level `tables` all modules share one; the queues' tables are BullMQ's own. */
  schema(module: string): string {
    if (module === BUS) return 'bullmq';
    return this.isolation === 'tables' ? SHARED_SCHEMA : module;
  }

  /** With what the names of its tables begin where they share a schema; empty where they do not. */
  tablePrefix(module: string): string {
    return this.isolation === 'tables' && module !== BUS ? `${module}_` : '';
  }

  /** The role that a module logs in as: it may read and write its own tables, and nothing else. */
  role(module: string): string {
    return `${this.#prefix(module)}_${module}`;
  }

  /** The role that owns a module's tables and applies its migrations. Nobody logs in as this one. */
  ownerRole(module: string): string {
    return `${this.#prefix(module)}_${module}_owner`;
  }

  password(module: string): string {
    return deriveSecret(this.#options.secret, `database:${this.role(module)}`);
  }

  moduleUrl(module: string): string {
    const url = new URL(this.adminUrl(module));
    url.username = this.role(module);
    url.password = this.password(module);
    return url.toString();
  }

  #prefix(module: string): string {
    if (this.#options.rolePrefix !== undefined) return this.#options.rolePrefix;
    const database = decodeURIComponent(new URL(this.adminUrl(module)).pathname.slice(1));
    const prefix = database.toLowerCase().replace(/[^a-z0-9_]/g, '_');
    if (!/^[a-z]/.test(prefix)) {
      throw new StartFailure(
        `${this.variable(module)} names no database that role names can be made from; add one (…/banyan) or set BANYAN_ROLE_PREFIX.`,
      );
    }
    return prefix;
  }
}
