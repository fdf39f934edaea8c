/** Where the processes of one measurement find what they share. */
export interface BusAddress {
  readonly databaseUrl: string;
  /** Absent: the queues are in Postgres. */
  readonly redisUrl: string | undefined;
  readonly prefix: string;
}

/** What the parent asks of a child. */
export type BusRequest =
  | { readonly id: number; readonly publish: PublishRequest }
  | { readonly id: number; readonly figures: true }
  | { readonly id: number; readonly stop: true };

/** Ends when `events` are published or `forMs` are over. */
export interface PublishRequest {
  readonly events: number;
  readonly forMs: number;
  readonly perTransaction: number;
  /** It waits while so many deliveries are open. */
  readonly openLimit: number;
}

/** What a process has done since its start. */
export interface BusFigures {
  readonly published: number;
  readonly sent: number;
  readonly resent: number;
  readonly received: number;
  readonly duplicates: number;
  readonly handled: number;
  readonly failed: number;
  readonly residentMegabytes: number;
  readonly cpuMs: number;
}

export type BusReply =
  | { readonly ready: true }
  | { readonly id: number; readonly figures: BusFigures }
  | { readonly id: number; readonly error: string };
