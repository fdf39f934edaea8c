const NAME_WIDTH = 60;

/** One line of the results: what was measured, and what came out. */
export function printFigure(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(NAME_WIDTH)} ${figure}\n`);
}
