import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { askSystem, type Question } from './operate/ask-system.ts';
import { actionColumns, deadLetterColumns, quarantineColumns } from './operate/operator-columns.ts';
import { renderTable, type Column } from './operate/render-table.ts';
import type { Config } from './shared/config/index.ts';
import { MAX_PAGE_SIZE } from './shared/values/index.ts';

export interface OperatorCommandsOptions {
  /** Asked when a command runs, since the line may hold settings too. */
  readonly readSettings: () => Config;
  /** Takes what a command answers. */
  readonly write: (text: string) => void;
}

interface Desk {
  readonly ask: <Answer>(question: Question<Answer>, operator?: string) => Promise<Answer>;
  readonly print: (text: string) => void;
}

interface ListOptions {
  readonly limit: number;
  readonly json?: true;
}

interface ChangeOptions {
  readonly note?: string;
  readonly operator: string;
}

interface DeadLetterOptions extends ChangeOptions {
  readonly module?: string;
}

/** What the machine's operator can do without HTTP: the operator's desk, command by command. */
export function addOperatorCommands(program: Command, { readSettings, write }: OperatorCommandsOptions): void {
  const desk: Desk = {
    ask: (question, operator = osUser()) => askSystem(readSettings(), operator, question),
    print: (text) => write(`${text}\n`),
  };
  addDeadLetters(program, desk);
  addQuarantine(program, desk);
  addReplay(program, desk);
  addActions(program, desk);
}

function addDeadLetters(program: Command, { ask, print }: Desk): void {
  const deadLetters = program.command('dead-letters').description('events that could not be handled');
  listing(deadLetters, 'oldest first')
    .option('--module <name>', 'of this module alone')
    .action(async ({ limit, json, module }: ListOptions & { module?: string }) => {
      const answer = await ask((system, call) => system.listDeadLetters({ limit, module }, call));
      print(showList(answer, deadLetterColumns, { limit, json, none: 'No dead letters.' }));
    });
  change(deadLetters.command('retry <eventId>').description('handle an event again'))
    .option('--module <name>', 'in this module, where several have it')
    .option('--note <text>', 'why, for the list of actions')
    .action(async (eventId: string, { module, note, operator }: DeadLetterOptions) => {
      await ask((system, call) => system.retryDeadLetter({ eventId, module, note }, call), operator);
      print(`${eventId} will be handled again.`);
    });
  change(deadLetters.command('discard <eventId>').description('give an event up, for good'))
    .option('--module <name>', 'in this module, where several have it')
    .requiredOption('--note <text>', 'why, for the list of actions')
    .action(async (eventId: string, { module, note, operator }: DeadLetterOptions) => {
      await ask((system, call) => system.discardDeadLetter({ eventId, module, note }, call), operator);
      print(`${eventId} is given up.`);
    });
}

function addQuarantine(program: Command, { ask, print }: Desk): void {
  const quarantine = program.command('quarantine').description('events that could not be put on a queue');
  listing(quarantine, 'oldest first').action(async ({ limit, json }: ListOptions) => {
    const answer = await ask((system, call) => system.listQuarantined({ limit }, call));
    print(showList(answer, quarantineColumns, { limit, json, none: 'Nothing is in quarantine.' }));
  });
  change(quarantine.command('retry <eventId>').description('send an event to a subscriber again'))
    .requiredOption('--subscriber <module>', 'to whom')
    .option('--note <text>', 'why, for the list of actions')
    .action(async (eventId: string, { subscriber, note, operator }: ChangeOptions & { subscriber: string }) => {
      await ask((system, call) => system.retryQuarantined({ eventId, subscriber, note }, call), operator);
      print(`${eventId} will be sent to ${subscriber} again.`);
    });
}

interface ReplayOptions extends ChangeOptions {
  readonly source: string;
  readonly subscriber: string;
  readonly from: string;
  readonly json?: true;
}

function addReplay(program: Command, { ask, print }: Desk): void {
  change(program.command('replay').description('feed a module’s retained events to a subscriber once more'))
    .requiredOption('--source <module>', 'who published them')
    .requiredOption('--subscriber <module>', 'to whom; what it has handled already stops at its inbox')
    .requiredOption('--from <time>', 'since when, as 2025-01-31T00:00:00Z')
    .option('--note <text>', 'why, for the list of actions')
    .option('--json', 'as JSON')
    .action(async ({ source, subscriber, from, note, operator, json }: ReplayOptions) => {
      const answer = await ask(
        (system, call) => system.replayEvents({ source, subscriber, from, note }, call),
        operator,
      );
      if (json) print(JSON.stringify(answer));
      else print(`${answer.reopened} events of ${source} will be sent to ${subscriber} once more.`);
    });
}

function addActions(program: Command, { ask, print }: Desk): void {
  const actions = program.command('actions').description('what operators have done by hand');
  listing(actions, 'newest first').action(async ({ limit, json }: ListOptions) => {
    const answer = await ask((system, call) => system.listActions({ limit }, call));
    print(showList(answer, actionColumns, { limit, json, none: 'No operator has changed anything.' }));
  });
}

function listing(of: Command, order: string): Command {
  return of
    .command('list')
    .description(order)
    .option('--limit <number>', 'at most so many', Number, MAX_PAGE_SIZE)
    .option('--json', 'as JSON');
}

function change(command: Command): Command {
  return command.option('--operator <name>', 'who does it, for the list of actions', osUser());
}

function showList<Item>(
  answer: { items: readonly Item[] },
  columns: readonly Column<Item>[],
  { limit, json, none }: { limit: number; json: true | undefined; none: string },
): string {
  const { items } = answer;
  if (json) return JSON.stringify(answer, null, 2);
  if (items.length === 0) return none;
  const table = renderTable(items, columns);
  return items.length < limit ? table : `${table}\nThere may be more than these ${limit}.`;
}

function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that no user of its image has.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
