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
    [`try { sell(); } ca${'tch {}'}`, /swallows an error/],
    [`try { sell(); } ca${'tch (error) { }'}`, /swallows an error/],
    [`void sell()${dot}catch(() => {});`, /swallows an error/],
    [`void sell()${dot}catch(() => undefined);`, /swallows an error/],
    ['// eslint' + '-disable-next-line eqeqeq', /without a reason/],
    ['// @ts' + '-ignore', /hides a type error/],
    ['const a = b as a' + 'ny;', /casts to any/],
  ])('%s is found', (line, message) => {
    expect(judgeHonesty([{ path: 'x.ts', text: `const a = 1;\n${line}\n` }])).toEqual([expect.stringMatching(message)]);
    expect(judgeHonesty([{ path: 'x.ts', text: line }])[0]).toMatch(/^x.ts:1 /);
  });

  it('may switch a rule off with a reason, and handle an error', () => {
    const text = `// eslint${'-disable-next-line eqeqeq -- null and undefined are the same here'}\nsell().catch((error) => log(error));`;
    expect(judgeHonesty([{ path: 'x.ts', text }])).toEqual([]);
  });
});
