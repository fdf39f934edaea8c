import { Command, InvalidArgumentError } from 'commander';
import { modules } from '../src/modules/index.ts';
import { serviceKeyOf } from '../src/shared/remote/index.ts';
import { printVerdicts } from './conformance/print-verdicts.ts';
import { runConformance } from './conformance/run-conformance.ts';
import { subjectOf } from './conformance/subject.ts';

const MAX_SAMPLES = 1_000;

interface Options {
  readonly key?: string;
  readonly samples: number;
  readonly seed: number;
}

const program = new Command('conformance')
  .description('Says whether a service may take a module’s place. It changes data there: give it a service of its own.')
  .argument('<module>', 'whose place', readModule)
  .argument('<url>', 'where the service answers, such as http://localhost:4010')
  .option('--key <key>', 'the module’s key (default: BANYAN_SERVICE_KEY, or derived from BANYAN_SECRET)')
  .option('--samples <inputs>', 'valid inputs for each operation', readSamples, 20)
  .option('--seed <number>', 'the same seed sends the same inputs', Number, 1)
  .action(async (definition: ReturnType<typeof readModule>, url: string, { key, samples, seed }: Options) => {
    const subject = subjectOf(definition, modules);
    const verdicts = await runConformance({ subject, url, key: key ?? keyOf(subject.contract.name), samples, seed });
    process.stdout.write(printVerdicts(verdicts));
    process.exitCode = verdicts.some(({ broken }) => broken !== undefined) ? 1 : 0;
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

function keyOf(module: string): string {
  const { BANYAN_SERVICE_KEY: key, BANYAN_SECRET: secret } = process.env;
  if (key !== undefined) return key;
  if (secret !== undefined) return serviceKeyOf(secret, module);
  throw new Error('A key is needed: --key, BANYAN_SERVICE_KEY or BANYAN_SECRET.');
}

function readModule(name: string) {
  const definition = modules.find(({ contract }) => contract.name === name);
  if (definition !== undefined) return definition;
  throw new InvalidArgumentError(`The modules are ${modules.map(({ contract }) => contract.name).join(', ')}.`);
}

function readSamples(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= MAX_SAMPLES) return count;
  throw new InvalidArgumentError(`Give a number from 1 to ${MAX_SAMPLES}.`);
}
