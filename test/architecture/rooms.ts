/** Folders of `src/shared`; each may import those before it. */
export const SHARED_ORDER = [
  'values',
  'errors',
  'contract',
  'config',
  'telemetry',
  'auth',
  'database',
  'bus',
  'calls',
  'sagas',
  'http',
  'remote',
  'module',
  'testing',
] as const;

/** Ways into a shared folder beside its `index.ts`, and why there are any. */
export const SIDE_DOORS: Readonly<Record<string, string>> = {
  'src/shared/database/embedded/start-embedded-postgres.ts': 'a process with DATABASE_URL never loads it',
  'src/shared/module/tokens.ts': 'names alone, without the host that binds them',
  'src/shared/testing/application.ts': 'suites that do not start the application do not load it',
  'src/shared/testing/test-layout.ts': 'jest’s global setup runs where there is no describe or it',
  'src/shared/testing/test-services.ts': 'jest’s global setup runs where there is no describe or it',
};

/** Imports that cross a wall for a reason. */
export const ALLOWED_IMPORTS: readonly { readonly path: string; readonly imports: string; readonly why: string }[] = [
  ...['scripts/replay/fake-banyan.ts', 'scripts/replay/fake-shop.ts', 'scripts/replay/plan-replay.test.ts'].map(
    (path) => ({
      path,
      imports: 'src/modules/catalog/csv/parse-product-csv.ts',
      why: 'the stand-in for the public API reads product files as the real one does, or the replay’s tests prove nothing',
    }),
  ),
  {
    path: 'test/faults/saga-lab/end-hold.ts',
    imports: 'src/modules/inventory/persistence/reservation-statements.ts',
    why: 'a hold on stock ends in the middle of a checkout, as the schedule would end it half an hour later',
  },
];

/** One kind of file inside a module, and what it may import. */
export interface Room {
  readonly name: string;
  /** Of the path inside the module's folder. */
  readonly files: RegExp;
  /** Rooms of the same module. */
  readonly own: readonly string[];
  /** Folders of `src/shared`. */
  readonly shared: readonly string[];
  /** Whether it may import contracts of modules that its module knows. */
  readonly otherContracts: boolean;
  /** Packages; `node:` is what Node brings. */
  readonly packages: readonly string[];
  /** What to do instead. */
  readonly remedy: string;
}

const KERNEL_OF_USE_CASES = [
  'values',
  'errors',
  'contract',
  'config',
  'telemetry',
  'auth',
  'database',
  'calls',
  'sagas',
  'module',
];

/** The first room whose pattern matches is a file's room. */
export const ROOMS: readonly Room[] = [
  {
    name: 'contract',
    files: /^contract\//,
    own: ['contract'],
    shared: ['values', 'contract', 'auth'],
    otherContracts: true,
    packages: ['zod'],
    remedy:
      'A contract is schemas alone, since others load it: move what it needs into shared/values or the schema itself.',
  },
  {
    name: 'domain',
    files: /^domain\//,
    own: ['domain', 'contract'],
    shared: ['values', 'errors', 'auth'],
    otherContracts: false,
    packages: ['node:'],
    remedy: 'Domain rules are pure: have the use case fetch it and pass it in as data.',
  },
  {
    name: 'persistence',
    files: /^persistence\//,
    own: ['persistence', 'domain', 'contract'],
    shared: ['values', 'errors', 'contract', 'auth', 'database'],
    otherContracts: false,
    packages: ['sequelize', 'node:'],
    remedy: 'A repository knows rows and nothing else: have the use case bring the two together.',
  },
  {
    name: 'sagas',
    files: /^sagas\//,
    own: ['contract', 'sagas'],
    shared: ['values', 'errors', 'contract', 'sagas'],
    otherContracts: true,
    packages: [],
    remedy: 'A saga is a table of contract operations: make an operation for what the step does.',
  },
  {
    name: 'subscribers',
    files: /^subscribers\//,
    own: ['subscribers', 'use-cases', 'persistence', 'domain', 'contract'],
    shared: KERNEL_OF_USE_CASES,
    otherContracts: true,
    packages: ['inversify', 'node:'],
    remedy: 'A subscriber turns one event into one effect of its own module.',
  },
  {
    name: 'use-cases',
    files: /^use-cases\//,
    own: ['use-cases', 'persistence', 'domain', 'contract', 'sagas', 'adapters', 'settings'],
    shared: KERNEL_OF_USE_CASES,
    otherContracts: true,
    packages: ['inversify', 'zod', 'node:'],
    remedy: 'A use case works through its own repositories, adapters and other modules’ clients.',
  },
  {
    name: 'routes',
    files: /^[^/]+\.routes\.ts$/,
    own: ['contract'],
    shared: ['values', 'errors', 'contract', 'auth', 'http'],
    otherContracts: true,
    packages: ['zod'],
    remedy: 'A route is a row that matches a request to an operation: put the work into the use case.',
  },
  {
    name: 'module',
    files: /^[^/]+\.module\.ts$/,
    own: ['contract', 'routes', 'use-cases', 'subscribers', 'sagas', 'domain', 'persistence', 'adapters', 'settings'],
    shared: ['values', 'module'],
    otherContracts: true,
    packages: [],
    remedy: 'A module file is a table of contents: put code into the room that it belongs to.',
  },
  {
    name: 'settings',
    files: /^[^/]+\.settings\.ts$/,
    own: [],
    shared: ['values'],
    otherContracts: false,
    packages: ['zod'],
    remedy: 'Settings are types and a token, which the process imports too.',
  },
  {
    // Whatever else a module keeps in a folder of its own: file formats, providers of a service.
    name: 'adapters',
    files: /^[^/]+\/.+\.ts$/,
    own: ['adapters', 'domain', 'contract', 'settings'],
    shared: ['values', 'errors', 'contract', 'config', 'telemetry', 'module'],
    otherContracts: false,
    packages: ['csv-parse', 'csv-stringify', 'inversify', 'undici', 'zod', 'node:'],
    remedy: 'An adapter speaks to the outside or to a format; have a use case call it and the repositories.',
  },
];
