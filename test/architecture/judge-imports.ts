import { importsOf } from './imports-of.ts';
import { ALLOWED_IMPORTS, ROOMS, SHARED_ORDER, SIDE_DOORS, type Room } from './rooms.ts';
import { isTest, type SourceFile } from './source-tree.ts';

/** Module → the modules that it calls or hears. */
export type Knowledge = ReadonlyMap<string, ReadonlySet<string>>;

const PUBLIC_FILES =
  /^src\/(app|surroundings|version|modules\/index|modules\/[^/]+\/contract\/index|modules\/[^/]+\/[^/]+\.settings)\.ts$/;
const MODULE_FILE = /^src\/modules\/([^/]+)\/(.+)$/;
const SHARED_FILE = /^src\/shared\/([^/]+)\//;
const CONTRACT = /^src\/modules\/([^/]+)\/contract\/index\.ts$/;

/** A sentence for every import that crosses a wall, with the remedy. */
export function judgeImports(files: readonly SourceFile[], knowledge: Knowledge): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((target) => {
      if (ALLOWED_IMPORTS.some((allowed) => allowed.path === file.path && allowed.imports === target)) return [];
      const fault = judgeImport(file.path, target, knowledge);
      return fault === undefined ? [] : [`${file.path} imports ${target}. ${fault}`];
    }),
  );
}

function judgeImport(path: string, target: string, knowledge: Knowledge): string | undefined {
  const [, module, inside] = MODULE_FILE.exec(path) ?? [];
  const shared = SHARED_FILE.exec(path)?.[1];
  if (shared !== undefined) return judgeShared(path, shared, target);
  if (path.startsWith('src/sandbox/')) return judgeSandbox(target);
  if (path === 'src/modules/index.ts') return judgeList(target);
  if (module !== undefined && inside !== undefined) return judgeModule(path, module, inside, target, knowledge);
  return judgeProcess(path, target);
}

function judgeShared(path: string, folder: string, target: string): string | undefined {
  if (target.startsWith('src/shared/')) return judgeSharedOrder(path, folder, target);
  if (!target.startsWith('src/')) return undefined;
  return 'Nothing in shared knows modules or the process: pass it in as a parameter.';
}

function judgeSharedOrder(path: string, folder: string, target: string): string | undefined {
  const imported = SHARED_FILE.exec(target)?.[1] ?? '';
  if (imported === folder) return undefined;
  const place = (name: string): number => SHARED_ORDER.findIndex((each) => each === name);
  if (place(folder) < 0) return `shared/${folder} has no place among the shared folders: give it one in rooms.ts.`;
  if (!isTest(path) && place(imported) > place(folder)) {
    return `shared/${folder} comes before shared/${imported} (${SHARED_ORDER.join(', ')}): move the code up, or pass it in.`;
  }
  return judgeDoor(target);
}

function judgeDoor(target: string): string | undefined {
  const folder = SHARED_FILE.exec(target)?.[1];
  if (folder === undefined || target === `src/shared/${folder}/index.ts` || target in SIDE_DOORS) return undefined;
  return `A shared folder is entered by its door: import src/shared/${folder}/index.ts.`;
}

function judgeSandbox(target: string): string | undefined {
  if (!target.startsWith('src/') || target.startsWith('src/sandbox/')) return undefined;
  return 'The sandbox stands for a foreign company, which has none of our code: speak HTTP to it.';
}

function judgeList(target: string): string | undefined {
  if (/^src\/modules\/([^/]+)\/\1\.module\.ts$/.test(target) || target === 'src/shared/module/index.ts')
    return undefined;
  return 'The list of modules holds one line for each module and nothing else.';
}

function judgeModule(
  path: string,
  module: string,
  inside: string,
  target: string,
  knowledge: Knowledge,
): string | undefined {
  const test = isTest(path);
  const room = ROOMS.find(({ files }) => files.test(inside));
  if (room === undefined) return `${inside} lies in no room of a module: see ROOMS in test/architecture/rooms.ts.`;
  const other = MODULE_FILE.exec(target)?.[1];
  const shared = SHARED_FILE.exec(target)?.[1];
  if (other === module) return test ? undefined : judgeOwnRoom(room, target.slice(`src/modules/${module}/`.length));
  if (other !== undefined) return judgeOtherModule(test ? undefined : room, module, target, knowledge);
  if (shared !== undefined) return judgeSharedUse(test ? undefined : room, shared, target);
  if (test && target.startsWith('src/sandbox/')) return undefined;
  if (target.startsWith('src/'))
    return 'A module knows nothing of the process that hosts it: take it from a token that the process binds.';
  if (test || room.packages.includes(target)) return undefined;
  return `${room.name} may import ${room.packages.join(', ') || 'no package'}. ${room.remedy}`;
}

function judgeOwnRoom(room: Room, inside: string): string | undefined {
  const target = ROOMS.find(({ files }) => files.test(inside));
  if (isTest(`/${inside}`)) return 'What is written for tests stays with tests.';
  if (target === undefined || target.name === room.name || room.own.includes(target.name)) return undefined;
  return `${room.name} may not import ${target.name}. ${room.remedy}`;
}

/** `room` is undefined for a test, which may use any contract to bring about what it needs. */
function judgeOtherModule(
  room: Room | undefined,
  module: string,
  target: string,
  knowledge: Knowledge,
): string | undefined {
  const other = CONTRACT.exec(target)?.[1];
  if (other === undefined)
    return 'A module is known by its contract alone: import its contract/index.ts, or have it offer an operation.';
  if (room === undefined) return undefined;
  if (!room.otherContracts) return `${room.name} may not import another module’s contract. ${room.remedy}`;
  if (knowledge.get(module)?.has(other) === true) return undefined;
  return `${module} neither calls nor hears ${other}: add its contract to \`knows\` in ${module}.module.ts, or do without it.`;
}

function judgeSharedUse(room: Room | undefined, folder: string, target: string): string | undefined {
  if (room === undefined) return judgeDoor(target);
  if (!room.shared.includes(folder)) return `${room.name} may not import shared/${folder}. ${room.remedy}`;
  return judgeDoor(target);
}

/** The process, scripts and whole-system tests use what is public. */
function judgeProcess(path: string, target: string): string | undefined {
  if (target.startsWith('src/shared/testing/') && !isTest(path)) return 'What is written for tests stays with tests.';
  if (target.startsWith('src/shared/')) return judgeDoor(target);
  if (MODULE_FILE.test(target) && !PUBLIC_FILES.test(target) && target !== 'src/modules/index.ts') {
    return 'Only a module’s contract and settings are public: call an operation, or use the public API.';
  }
  if (path.startsWith('src/') && /^(scripts|test)\//.test(target)) return 'Source is built without scripts and tests.';
  return undefined;
}
