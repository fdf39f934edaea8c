/** A part of a statement that means something: a word, a string, a number, a sign. */
export interface Token {
  readonly text: string;
  /** Of an unquoted name or keyword, in lower case; empty for anything else. */
  readonly word: string;
  readonly start: number;
}

/** As Postgres reads them (chapter "Lexical Structure" of its manual), the first alternative that fits. */
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*[^]*?\*/`,
    String.raw`[eE]'(?:[^'\\]|\\[^]|'')*'`,
    String.raw`'(?:[^']|'')*'`,
    String.raw`"(?:[^"]|"")*"`,
    String.raw`\$(?<tag>[A-Za-z_]\w*)?\$[^]*?\$\k<tag>\$`,
    String.raw`\$\d+`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`\d[\w.]*`,
    String.raw`::`,
    String.raw`[^\s]`,
  ].join('|'),
  'g',
);

/** The tokens of a statement without its comments. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const [text] = match;
    if (text.startsWith('--') || text.startsWith('/*')) continue;
    tokens.push({ text, word: match.groups?.['word']?.toLowerCase() ?? '', start: match.index });
  }
  return tokens;
}
