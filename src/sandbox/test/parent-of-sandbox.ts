/** A parent for the tests to kill: starts a sandbox on the books given as argument and prints its address. */
import { startSandbox } from '../start-sandbox.ts';

const booksPath = process.argv[2];
if (booksPath === undefined) throw new Error('The path of the books is missing.');
const sandbox = await startSandbox({ booksPath, webhookSecret: 'secret' });
process.stdout.write(`${sandbox.url}\n`);
setInterval(() => undefined, 60_000);
