/** Variables by their names. */
export type Settings = Readonly<Record<string, string>>;

/** A group of the placement, as containers of one image. */
export interface PlannedService {
  /** As the placement calls the group. */
  readonly name: string;
  readonly modules: readonly string[];
  readonly replicas: number;
  /** Clients come to this one. */
  readonly isPublic: boolean;
  /** Other services call it. */
  readonly isCalled: boolean;
  /** Beside those of the plan. */
  readonly settings: Settings;
  /** Variables whose values stand in no manifest. */
  readonly secrets: readonly string[];
  /** Database connections of one container, at most. */
  readonly connections: number;
}

export interface Resources {
  readonly memoryMib: number;
  readonly cpus: number;
}

/** What runs where, with which variables: the same for every kind of manifest. */
export interface DeploymentPlan {
  /** Of the installation: first part of the names of all its objects. */
  readonly name: string;
  readonly image: string;
  /** Of the public API, its probes and its metrics, in every container. */
  readonly port: number;
  /** Where services call each other. Absent: there is only one. */
  readonly internalPort: number | undefined;
  /** Of all services and of the migration. */
  readonly settings: Settings;
  readonly services: readonly PlannedService[];
  /** Modules whose data lies on a server of their own. */
  readonly ownDatabases: readonly string[];
  /** Variables whose values the migration needs; the addresses among them have an administrator's name and password. */
  readonly migrationSecrets: readonly string[];
  /** How long a container may take for its end after SIGTERM. */
  readonly stopSeconds: number;
  /** How long a container may take until it is ready, with its wait for the migration. */
  readonly startSeconds: number;
  readonly resources: Resources;
}

/** A file of the output, by its path inside the folder. */
export interface OutputFile {
  readonly path: string;
  readonly text: string;
}

/** A placement or an option that cannot be deployed, in a sentence for whoever gave it. */
export class DeploymentRefused extends Error {}
