/**
 * A named place where a test can have this process killed, as a power cut would: `BANYAN_CRASH_AT=<point>:<nth>`
 * kills it with SIGKILL when it passes that point for the nth time. Without the variable it costs one comparison.
 */
const [wantedPoint, wantedNth] = parse(process.env['BANYAN_CRASH_AT']);
let passed = 0;

export function crashPoint(point: string): void {
  if (wantedPoint === undefined || point !== wantedPoint) return;
  passed += 1;
  if (passed === wantedNth) process.kill(process.pid, 'SIGKILL');
}

function parse(text: string | undefined): [string | undefined, number] {
  if (text === undefined || text === '') return [undefined, 0];
  const colon = text.lastIndexOf(':');
  return colon < 0 ? [text, 1] : [text.slice(0, colon), Number(text.slice(colon + 1))];
}
