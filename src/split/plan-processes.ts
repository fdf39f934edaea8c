import type { Group, Placement } from '../shared/config/index.ts';
import type { ModuleGraph } from '../shared/module/index.ts';
import { choosePublic } from './choose-public.ts';
import type { OpenDoor } from './open-door.ts';

export interface PlannedProcess {
  /** As logs call it: the group, and its number where there are several. */
  readonly name: string;
  readonly isPublic: boolean;
  /** Where the others call it; absent: nobody does. */
  readonly internalDoor: OpenDoor | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What all processes of a split have in common. */
export interface Common {
  readonly databaseUrl: string;
  readonly secret: string;
  readonly adminKey: string | undefined;
  /** Absent: there is no sandbox provider. */
  readonly sandboxUrl: string | undefined;
  readonly sandboxWebhookSecret: string | undefined;
}

/** Between processes of one machine. */
export const LOOPBACK = '127.0.0.1';

/** A process for each group, or several, and in the environment of each where all modules are. */
export async function planProcesses(
  { placement, graph, common }: { placement: Placement; graph: ModuleGraph; common: Common },
  openDoor: () => Promise<{ door: OpenDoor; port: number }>,
): Promise<PlannedProcess[]> {
  const publicGroup = choosePublic(placement, graph);
  const copies = placement.groups.flatMap((group) => {
    const numbers = Array.from({ length: group.replicas }, (_, index) => index + 1);
    return numbers.map((number) => ({ group, name: group.replicas === 1 ? group.name : `${group.name}-${number}` }));
  });
  const doors = new Map<string, { door: OpenDoor; port: number }>();
  for (const { name, group } of copies) if (isCalled(group)) doors.set(name, await openDoor());
  const addresses = addressesOf(copies, doors);
  return copies.map(({ group, name }) => {
    const isPublic = group === publicGroup;
    return {
      name,
      isPublic,
      internalDoor: doors.get(name)?.door,
      environment: {
        ...process.env,
        ...addresses,
        ...settingsOf(common),
        BANYAN_SPLIT: undefined,
        BANYAN_PLACEMENT: undefined,
        BANYAN_MODULES: group.modules.join(','),
        BANYAN_ROLES: group.roles.join(','),
        BANYAN_PROCESS: name,
        BANYAN_INTERNAL_HOST: LOOPBACK,
        // Connections come from the supervisor, whose the ports are. What it opens itself shows its health.
        BANYAN_INTERNAL_PORT: '0',
        PORT: '0',
        HOST: LOOPBACK,
        // The supervisor has done it, for all of them.
        MIGRATE_ON_START: 'false',
        PAYMENT_SANDBOX: 'false',
      },
    };
  });
}

function settingsOf({ databaseUrl, secret, adminKey, sandboxUrl, sandboxWebhookSecret }: Common) {
  return {
    DATABASE_URL: databaseUrl,
    BANYAN_SECRET: secret,
    BANYAN_ADMIN_KEY: adminKey,
    SANDBOX_URL: sandboxUrl,
    SANDBOX_WEBHOOK_SECRET: sandboxWebhookSecret,
  };
}

/** Others do not call a process that only works off what is there. */
function isCalled({ roles }: Group): boolean {
  return roles.includes('http');
}

function addressesOf(
  copies: readonly { readonly group: Group; readonly name: string }[],
  doors: ReadonlyMap<string, { readonly port: number }>,
): Record<string, string> {
  const addresses: Record<string, string[]> = {};
  for (const { group, name } of copies.filter(({ group }) => isCalled(group))) {
    for (const module of group.modules) {
      (addresses[`BANYAN_URL_${module.toUpperCase()}`] ??= []).push(`http://${LOOPBACK}:${doors.get(name)?.port}`);
    }
  }
  return Object.fromEntries(Object.entries(addresses).map(([variable, urls]) => [variable, urls.join(',')]));
}
