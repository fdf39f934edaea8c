import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
/** The application as it is built for an operator. */
export const BUILT = resolve(ROOT, 'dist/main.js');
/** The same in one file with all its packages, in which a process starts in half the time: compiled before all suites. */
export const SHOP_PROGRAM = resolve(ROOT, 'node_modules/.cache/banyan-shop/main.mjs');
