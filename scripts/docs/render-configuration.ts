import { z } from 'zod';
import { Environment } from '../../src/shared/config/index.ts';
import { code, renderTable } from './render-table.ts';

/** What JSON Schema says of one variable. */
interface Variable {
  readonly description?: string;
  readonly default?: string | number;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
}

const HEAD = `# Configuration

Made by ${code('npm run docs')} from the schema in ${code('src/shared/config/config.ts')}, which reads every variable once, at start. A
faulty one ends the start with a sentence that names it. An empty variable counts as not set.
`;

const PER_MODULE = `## One module elsewhere
`;

/** `docs/configuration.md`. The same schema and modules give the same bytes. */
export function renderConfiguration(modules: readonly string[]): string {
  const { properties } = z.toJSONSchema(Environment, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties ?? {}).map(([name, schema]) => {
    const variable = schema as Variable;
    return [code(name), variable.description ?? '', describeValues(variable), describeDefault(variable)];
  });
  return [
    HEAD,
    renderTable(['variable', 'meaning', 'values', 'default'], rows),
    PER_MODULE,
    renderTable(
      ['variable', 'meaning'],
      [
        ...modules.map((name) => [
          code(`DATABASE_URL_${name.toUpperCase()}`),
          `Postgres of ${name} alone; default: DATABASE_URL`,
        ]),
        [code('BANYAN_URL_<MODULE>'), 'Where the processes that host a module are called, separated by commas'],
        [code('BANYAN_FOREIGN_<MODULE>'), 'Where a service in another language is called that takes a module’s place'],
      ],
    ),
  ].join('\n');
}

function describeValues({ type, enum: values, minimum, maximum, minLength, maxLength, format }: Variable): string {
  if (values !== undefined) return values.map(code).join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (format === 'uri') return 'URL';
  if (maxLength !== undefined) return `${minLength ?? 0} to ${maxLength} characters`;
  if ((minLength ?? 0) > 1) return `at least ${minLength ?? 0} characters`;
  return type === 'string' ? 'text' : '';
}

function describeDefault({ default: value }: Variable): string {
  return value === undefined ? '–' : code(String(value));
}
