import { tokensOf, type Token } from './statement-tokens.ts';

/** Translated statements that are remembered: repositories have some hundreds, Sequelize writes values into its own. */
const MAX_REMEMBERED = 2_000;

/** What a relation's name may be followed by without having an alias. */
const NO_ALIAS = new Set(
  (
    'where join inner left right full cross natural on using set values select with default overriding returning ' +
    'group order having limit offset fetch for union intersect except window tablesample'
  ).split(' '),
);
/** Words that end a list of relations: a comma behind them separates something else. */
const ENDS_RELATIONS = new Set(
  'select where group order having limit offset fetch set returning for window values'.split(' '),
);
/** Functions that have a `from` between their parentheses. */
const FROM_WITHIN = new Set(['extract', 'substring', 'trim', 'overlay', 'position']);
/** What `update` follows where no relation follows it: `for update`, `for no key update`, `do update`. */
const NO_TARGET = new Set(['for', 'key', 'do']);
const MAY_FOLLOW = new Set(['only', 'lateral', 'if', 'exists']);

/** What the next name is: a relation that may have an alias, one that is written to, a name alone. */
type Expected = 'no' | 'relation' | 'target' | 'bare';

/**
 * The names that one module's tables have in a schema that it shares with others, where `outbox` is `inventory_outbox`.
 *
 * Statements are written without that. They are translated where they name a relation, that is behind `from`, `join`,
 * `into`, `update`, `using` and `table`: `from outbox` becomes `from inventory_outbox as outbox`, so that whatever else the
 * statement says of `outbox` stays as it is. Left alone are its own `with` names, functions, aliases, `pg_…`, and names
 * that have a schema. What stands in a string is not seen: no statement may have a table's name there.
 */
export class TableNames {
  readonly prefix: string;
  readonly #translated = new Map<string, string>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** A table, index, sequence or unique constraint as the database calls it. */
  of(name: string): string {
    return `${this.prefix}${name}`;
  }

  /** As the module calls it. */
  without(name: string): string {
    return name.startsWith(this.prefix) ? name.slice(this.prefix.length) : name;
  }

  inStatement(sql: string): string {
    const known = this.#translated.get(sql);
    if (known !== undefined) return known;
    if (this.#translated.size >= MAX_REMEMBERED) this.#translated.clear();
    const translated = this.#translate(sql);
    this.#translated.set(sql, translated);
    return translated;
  }

  #translate(sql: string): string {
    let translated = '';
    let done = 0;
    for (const { token, aliased } of namesIn(tokensOf(sql))) {
      const name = token.text.startsWith('"') ? token.text.slice(1, -1) : token.word;
      translated += sql.slice(done, token.start) + `"${this.of(name)}"${aliased ? '' : ` as ${token.text}`}`;
      done = token.start + token.text.length;
    }
    return translated + sql.slice(done);
  }
}

interface NamedRelation {
  readonly token: Token;
  /** It needs no alias: it has one, or it cannot have any. */
  readonly aliased: boolean;
}

/** What is known between two parentheses. */
interface Level {
  /** The word before the parenthesis. */
  readonly opener: string;
  /** A comma is followed by another relation. */
  listing: boolean;
}

function namesIn(tokens: readonly Token[]): NamedRelation[] {
  const own = withNames(tokens);
  const names: NamedRelation[] = [];
  const levels: Level[] = [{ opener: '', listing: false }];
  let expected: Expected = 'no';
  tokens.forEach((token, index) => {
    const level = levels.at(-1) ?? { opener: '', listing: false };
    const before = tokens[index - 1]?.word ?? '';
    const after = tokens[index + 1];
    if (token.text === '(') {
      levels.push({ opener: before, listing: false });
      expected = 'no';
    } else if (token.text === ')') {
      if (levels.length > 1) levels.pop();
      expected = 'no';
    } else if (token.text === ',') {
      expected = level.listing ? 'relation' : 'no';
    } else if (expected !== 'no' && isName(token)) {
      if (MAY_FOLLOW.has(token.word)) return;
      const isElsewhere = after?.text === '.' || token.word.startsWith('pg_') || own.has(token.word);
      const isFunction = after?.text === '(' && expected === 'relation';
      if (!isElsewhere && !isFunction) names.push({ token, aliased: expected === 'bare' || hasAlias(after) });
      expected = 'no';
    } else {
      expected = expectedAfter(token, before, level, after);
      if (ENDS_RELATIONS.has(token.word)) level.listing = false;
      if (expected === 'relation') level.listing = true;
    }
  });
  return names;
}

function expectedAfter({ word }: Token, before: string, { opener }: Level, after: Token | undefined): Expected {
  switch (word) {
    case 'from':
      return before === 'distinct' || FROM_WITHIN.has(opener) ? 'no' : 'relation';
    case 'join':
    case 'using':
      return 'relation';
    case 'into':
      return 'target';
    case 'update':
      return NO_TARGET.has(before) ? 'no' : 'target';
    case 'table':
      return 'bare';
    case 'constraint':
      return before === 'on' && after !== undefined ? 'bare' : 'no';
    default:
      return 'no';
  }
}

const isName = (token: Token): boolean => token.word !== '' || token.text.startsWith('"');

const hasAlias = (after: Token | undefined): boolean =>
  after !== undefined && isName(after) && !NO_ALIAS.has(after.word);

/** What a statement names itself: `with due as (`, `lines as materialized (`, `tree (id, parent) as (`. */
function withNames(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>();
  tokens.forEach(({ word }, index) => {
    if (word !== 'as') return;
    let next = index + 1;
    while (['not', 'materialized'].includes(tokens[next]?.word ?? '')) next += 1;
    if (tokens[next]?.text !== '(') return;
    let named = index - 1;
    if (tokens[named]?.text === ')') {
      while (named > 0 && tokens[named]?.text !== '(') named -= 1;
      named -= 1;
    }
    names.add(tokens[named]?.word ?? '');
  });
  names.delete('');
  return names;
}
