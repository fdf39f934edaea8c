import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { StartFailure } from '../errors/index.ts';
import { ROLES, type Role } from './roles.ts';

const MAX_REPLICAS = 8;

const PlacementFile = z.strictObject({
  public: z.string().optional(),
  groups: z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and -'),
    z.strictObject({
      modules: z.array(z.string()).min(1),
      roles: z
        .array(z.enum(ROLES))
        .min(1)
        .default([...ROLES]),
      replicas: z.int().min(1).max(MAX_REPLICAS).default(1),
    }),
  ),
});

/** Modules that share a process, or several processes that all host them. */
export interface Group {
  readonly name: string;
  readonly modules: readonly string[];
  /** What it does for them. */
  readonly roles: readonly Role[];
  readonly replicas: number;
}

/** Which modules run together, when they run in several processes. */
export interface Placement {
  readonly groups: readonly Group[];
  /** The group whose process has the public port. It answers for all modules. Absent: the file leaves it open. */
  readonly public: string | undefined;
}

/**
 * From a file such as `{ "public": "front", "groups": { "front": { "modules": ["ordering"] }, … } }`. Without a file
 * each module is a group of its own. Throws StartFailure.
 */
export function readPlacement(path: string | undefined, known: readonly string[]): Placement {
  if (path === undefined) {
    return { groups: known.map((name) => ({ name, modules: [name], roles: ROLES, replicas: 1 })), public: undefined };
  }
  const parsed = PlacementFile.safeParse(readJson(path));
  if (!parsed.success) throw refusal(path, z.prettifyError(parsed.error));
  const groups = Object.entries(parsed.data.groups).map(([name, group]) => ({ name, ...group }));
  checkModules(path, groups, known);
  const { public: name } = parsed.data;
  if (name !== undefined && !groups.some((each) => each.name === name && each.roles.includes('http'))) {
    throw refusal(path, `"public" is ${name}, which is none of its groups with the role http`);
  }
  return { groups, public: name };
}

function checkModules(path: string, groups: readonly Group[], known: readonly string[]): void {
  const unknown = groups.flatMap(({ modules }) => modules).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw refusal(path, `there is no module ${unknown.join(', ')}; the modules are ${known.join(', ')}`);
  }
  for (const module of known) {
    const having = groups.filter(({ modules }) => modules.includes(module));
    if (having.length === 0) throw refusal(path, `no group has ${module}`);
    for (const role of ROLES) {
      const count = having.filter(({ roles }) => roles.includes(role)).length;
      if (count === 0) throw refusal(path, `no group has the role ${role} for ${module}`);
      if (count > 1) {
        throw refusal(
          path,
          `${module} is in two groups with the role ${role}; a module in two processes is one group with replicas`,
        );
      }
    }
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    throw refusal(path, error instanceof Error ? error.message : String(error));
  }
}

function refusal(path: string, reason: string): StartFailure {
  return new StartFailure(`BANYAN_PLACEMENT (${path}) cannot be used: ${reason}.`);
}
