import { z } from 'zod';
import { StartFailure } from '../errors/index.ts';

export const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must be a URL such as postgres://user:password@host:5432/banyan',
});
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be URLs such as http://host:3001, separated by commas' });

type Given = Readonly<Record<string, string | undefined>>;

/** Set for one module, as `DATABASE_URL_INVENTORY`. */
const DATABASE_PREFIX = 'DATABASE_URL_';
/** As `BANYAN_URL_INVENTORY`: where its process answers calls, or several that do. */
const ADDRESS_PREFIX = 'BANYAN_URL_';
/** As `BANYAN_FOREIGN_INVENTORY`: where a service in another language answers that takes the module's place. */
const FOREIGN_PREFIX = 'BANYAN_FOREIGN_';
/** Processes that answer for one module. */
const MAX_ADDRESSES = 64;

export function readDatabaseUrls(given: Given, known: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    variablesOf(given, DATABASE_PREFIX, known).map(({ name, module, value }) => [
      module,
      read(postgresUrl, name, value),
    ]),
  );
}

export function readAddresses(given: Given, known: readonly string[]): Map<string, readonly string[]> {
  return addressesIn(given, ADDRESS_PREFIX, known);
}

export function readForeign(given: Given, known: readonly string[]): Map<string, readonly string[]> {
  return addressesIn(given, FOREIGN_PREFIX, known);
}

function addressesIn(given: Given, prefix: string, known: readonly string[]): Map<string, readonly string[]> {
  const addresses = new Map<string, readonly string[]>();
  for (const { name, module, value } of variablesOf(given, prefix, known)) {
    const urls = value.split(',').map((each) => new URL(read(httpUrl, name, each.trim())).origin);
    if (urls.length > MAX_ADDRESSES) throw new StartFailure(`${name} has more than ${MAX_ADDRESSES} addresses.`);
    addresses.set(module, [...new Set(urls)]);
  }
  return addresses;
}

/** The modules that BANYAN_MODULES names; absent: all. Throws StartFailure. */
export function readModules(text: string | undefined, known: readonly string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = [
    ...new Set(
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  ];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 || names.length === 0) {
    throw new StartFailure(
      `BANYAN_MODULES names ${unknown.length > 0 ? `"${unknown.join('", "')}", which is no module` : 'no module'}; the modules are ${known.join(', ')}.`,
    );
  }
  return names;
}

function variablesOf(given: Given, prefix: string, known: readonly string[]) {
  return Object.entries(given).flatMap(([name, value]) => {
    if (!name.startsWith(prefix) || value === undefined) return [];
    const module = name.slice(prefix.length).toLowerCase();
    if (known.includes(module)) return [{ name, module, value }];
    throw new StartFailure(`${name} is set, but there is no module "${module}"; the modules are ${known.join(', ')}.`);
  });
}

function read(type: z.ZodType<string>, name: string, value: string): string {
  const url = type.safeParse(value);
  if (!url.success) throw new StartFailure(`${name} ${url.error.issues[0]?.message ?? 'is no address'}.`);
  return url.data;
}
