import { Option, Command as Program } from 'commander';
import { UsageError } from '../errors.js';
import type { Command, Running } from './command.js';
import { type CommandEntry, GROUPS } from './commands/list.js';
import { commonOptions } from './options/common.js';
import { type AnyOption, HEADINGS, nameOf, type Parser } from './options/option.js';
import { oneOf } from './options/parsers.js';
import { isRecipePath, unknownCommand } from './options/unknown-command.js';
import type { Outcome } from './outcome.js';
import { HELP_OUTPUT } from './terminal/help-output.js';

/** A command with its words filled in. */
export type Task = (run: Running) => Promise<Outcome>;

/** Hands over what the words of the call ask for; it is done after they have been parsed. */
export type Start = (task: Task) => void;

export interface Definition {
  readonly entry: CommandEntry;
  readonly command: Command;
  /** Names of the commands below it: a word that is none of them, and no recipe either, is mistyped. */
  readonly commands?: readonly string[];
}

/** A program or a command that is only listed, as long as nobody calls it. */
export function listed(
  program: Program,
  name: string,
  { arguments: args, about, group }: CommandEntry,
): Program {
  const command = program.command([name, ...args].join(' ')).description(about);
  return group === undefined ? command : command.helpGroup(GROUPS[group]);
}

/** A new program with its name. */
export function programOf(name: string, { about }: CommandEntry): Program {
  return new Program(name).exitOverride().configureOutput(HELP_OUTPUT).description(about);
}

/** Gives a command its options, and says what is to be done when it is called. */
export function define(
  program: Program,
  { entry, command, commands }: Definition,
  { start, all }: { readonly start: Start; readonly all: boolean },
): void {
  if (program.registeredArguments.length === 0) for (const arg of entry.arguments) program.argument(arg);
  const specs = [...command.options, ...commonOptions];
  for (const spec of inHelpOrder(specs)) program.addOption(optionOf(spec, all));
  if (command.examples !== undefined) program.addHelpText('after', command.examples);
  // Surplus words are told apart from mistyped commands here.
  program.allowExcessArguments().action((...given: unknown[]) => {
    const words = program.args;
    const [word] = words;
    if (commands !== undefined && word !== undefined && !isRecipePath(word))
      throw unknownCommand(word, commands);
    requireNoSurplus(program.name(), entry, words);
    const args = given.slice(0, entry.arguments.length);
    const options = program.opts();
    const isGiven = (key: string) => program.getOptionValueSource(key) === 'cli';
    const stood = new Set(Object.keys(options).filter(isGiven));
    start((run) => command.run(args, options, run, stood));
  });
}

/** @throws UsageError `ARGUMENTS_TOO_MANY` */
function requireNoSurplus(name: string, { arguments: args }: CommandEntry, words: readonly string[]): void {
  if (args.at(-1)?.includes('...') || words.length <= args.length) return;
  const expected = args.length === 0 ? 'no arguments' : args.join(' ');
  throw new UsageError(
    'ARGUMENTS_TOO_MANY',
    `${name}: expected ${expected}, found also ${words
      .slice(args.length)
      .map((word) => JSON.stringify(word.slice(0, 40)))
      .join(', ')}`,
    { hint: `see ${name} --help` },
  );
}

/** By heading, as the headings are ordered; within one as they are given. */
function inHelpOrder(specs: readonly AnyOption[]): AnyOption[] {
  return Object.keys(HEADINGS).flatMap((heading) => specs.filter((spec) => spec.heading === heading));
}

function optionOf(spec: AnyOption, all: boolean): Option {
  const { flags, about, heading, choices, usual, usualText, required, rare } = spec;
  const option = new Option(flags, about).helpGroup(HEADINGS[heading]);
  // Shown in help; what commander says of other words would be worded otherwise than what we say.
  if (choices !== undefined) option.argChoices = [...choices];
  const parse = spec.parse ?? (choices && oneOf(choices));
  if (parse !== undefined) {
    const name = nameOf(spec);
    // commander gives the default as what was there before.
    option.argParser((word: string, before: unknown) =>
      (parse as Parser<unknown>)(word, name, before === usual ? undefined : before),
    );
  }
  if (usual !== undefined) option.default(usual, usualText);
  if (required) option.makeOptionMandatory();
  if (rare && !all) option.hideHelp();
  return option;
}
