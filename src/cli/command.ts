import type { Run } from '../app/run/run.js';
import type { AnyOption, OptionsOf } from './options/option.js';
import type { Outcome } from './outcome.js';

/**
 * What the application is given beside arguments and options: the signal of Ctrl-C, where progress and notices go.
 */
export type Running = Required<Run>;

type ArgumentOf<Text> = Text extends `<${string}...>` | `[${string}...]`
  ? readonly string[]
  : Text extends `<${string}>`
    ? string
    : string | undefined;

/** What a command is given for its arguments. */
export type ArgumentsOf<Texts extends readonly string[]> = {
  readonly [K in keyof Texts]: ArgumentOf<Texts[K]>;
};

interface Parts<Texts extends readonly string[], Specs extends readonly AnyOption[]> {
  readonly options: Specs;
  /** Behind the options in `--help`. */
  readonly examples?: string;
  /** @param given the properties of the options that stood in the call, rather than having their usual value */
  run(
    args: ArgumentsOf<Texts>,
    options: OptionsOf<Specs>,
    run: Running,
    given: ReadonlySet<string>,
  ): Promise<Outcome>;
}

/** A command: its options, and what it does. */
export interface Command {
  readonly options: readonly AnyOption[];
  readonly examples?: string;
  run(
    args: readonly unknown[],
    options: Readonly<Record<string, unknown>>,
    run: Running,
    given: ReadonlySet<string>,
  ): Promise<Outcome>;
}

/**
 * Defines a command. What `run` is given follows from the arguments of its entry in the list of commands, and from
 * the options: a table of which the types are read.
 */
export function command<const Texts extends readonly string[], const Specs extends readonly AnyOption[]>(
  _entry: { readonly arguments: Texts },
  parts: Parts<Texts, Specs>,
): Command {
  // The parser has made what the types say, of these tables.
  return parts as unknown as Command;
}
