import { describe, expect, it } from '@jest/globals';
import { judgeHonesty } from './judge-honesty.ts';
import { readSources } from './source-tree.ts';

// Spelled in parts, so that these samples are not found here.
const dot = '.';

describe('the code', () => {
  it('hides nothing: no notes to oneself, no skipped tests, no swallowed errors', () => {
    expect(judgeHonesty(readSources())).toEqual([]);
  });

  it.each([
    ['// TO' + 'DO: later', /note to oneself/],
    [`it${dot}skip('sells', () => {});`, /skips tests/],
    [`describe${dot}only('sells', () => {});`, /skips tests/],
    ['x' + "it('sells', () => {});", /skips tests/],
    ['try { sell(); } ca' + 'tch {}', /swallows an error/],
    ['try { sell(); } ca' + 'tch (error) { }', /swallows an error/],
    [`void sell()${dot}catch(() => {});`, /swallows an error/],
    [`void sell()${dot}catch(() => undefined);`, /swallows an error/],
    ['// eslint' + '-disable-next-line eqeqeq', /without a reason/],
    ['// @ts' + '-ignore', /hides a type error/],
    ['const a = b as a' + 'ny;', /casts to any/],
  ])('%s is found', (line, message) => {
    expect(judgeHonesty([{ path: 'x.ts', text: `const a = 1;\n${line}\n` }])).toEqual([expect.stringMatching(message)]);
    expect(judgeHonesty([{ path: 'x.ts', text: line }])[0]).toMatch(/^x.ts:1 /);
  });

  it('finds every place, not only the first of a file', () => {
    const text = `void sell()${dot}catch(() => {});\n\nvoid buy()${dot}catch(() => {});`;
    expect(judgeHonesty([{ path: 'x.ts', text }])).toHaveLength(2);
  });

  it.each([
    `// eslint-disable-next-line eqeqeq -- null and undefined are the same here`,
    'sell().catch((error) => log(error));',
    `// The lock is gone with its owner.\nvoid unlock()${dot}catch(() => undefined);`,
    "const noCurrency = 'XX" + "X';",
  ])('%s is right', (text) => {
    expect(judgeHonesty([{ path: 'x.ts', text: `const a = 1;\n${text}` }])).toEqual([]);
  });
});
