import { resolve } from 'node:path';

/** What a till's process runs: compiled once, before all suites, and beside the packages that it imports by name. */
export const TILL_PROGRAM = resolve(import.meta.dirname, '../../../node_modules/.cache/banyan-till/till-process.mjs');
