import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { VERSION } from '../src/version.ts';
import { ROOT } from '../test/architecture/source-tree.ts';
import { consumersInCode, contractsInCode, recordedContracts } from './contracts/contracts-in-code.ts';
import { judgeChanges } from './contracts/judge-changes.ts';

const BREAKS = join(ROOT, 'contracts', 'BREAKS.md');
const HEAD = `# Broken promises

Changes of contracts that a process of the version before does not survive beside a new one. To pass one of these, stop
every process, upgrade, and start again. Written by \`npm run contracts -- --break "why"\`.

`;

const { break: reason } = new Command('npm run contracts --')
  .description('Records what the modules promise each other, in contracts/. Refuses what breaks older processes.')
  .option('--break <why>', 'record it all the same; what breaks is written into contracts/BREAKS.md')
  .parse()
  .opts<{ break?: string }>();

const { breaks, unrecorded } = judgeChanges(contractsInCode(), recordedContracts, consumersInCode());
for (const each of breaks) process.stdout.write(`${each}\n`);
if (breaks.length > 0 && reason === undefined) {
  process.stderr.write('Nothing was recorded. Mend it, or say why it must be: npm run contracts -- --break "why".\n');
  process.exitCode = 1;
} else {
  const records = contractsInCode();
  for (const record of records) if (unrecorded.includes(record.module)) recordedContracts.write(record);
  const gone = recordedContracts.names().filter((name) => !records.some(({ module }) => module === name));
  for (const name of gone) recordedContracts.remove(name);
  if (reason !== undefined && breaks.length > 0) noteBreaks(reason);
  process.stdout.write(unrecorded.length === 0 ? 'Nothing has changed.\n' : `Recorded ${unrecorded.join(', ')}.\n`);
}

function noteBreaks(why: string): void {
  if (!existsSync(BREAKS)) writeFileSync(BREAKS, HEAD);
  appendFileSync(BREAKS, `- after ${VERSION}, since ${why}:\n${breaks.map((each) => `  - ${each}\n`).join('')}`);
}
