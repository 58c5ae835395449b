import { CommanderError, type Command as Program } from 'commander';
import { optionMissing, UsageError } from '../errors.js';
import type { Start, Task } from './program.js';
import { describeError } from './terminal/errors.js';
import { EXIT, exitCodeOf } from './terminal/exit-codes.js';
import { withInterrupts } from './terminal/interrupts.js';
import { Terminal } from './terminal/terminal.js';

/** What is known of a call before its words are parsed. */
export interface Call {
  /** The words, without `--help-all`. */
  readonly argv: readonly string[];
  /** Whether help lists the options that are rarely needed. */
  readonly all: boolean;
  readonly start: Start;
}

/**
 * Runs a program from its words to its exit code: parses, does the work, prints the answer or the error.
 *
 * @param define builds the program; the action of each of its commands calls `start` once
 */
export async function runProgram(
  program: string,
  words: readonly string[],
  define: (call: Call) => Promise<Program>,
): Promise<number> {
  // Looked up here because errors of parsing have to respect them too.
  const given = new Set(words.includes('--') ? words.slice(0, words.indexOf('--')) : words);
  const has = (...names: string[]) => names.some((name) => given.has(name));
  const json = has('--json');
  const verbose = has('--verbose', '-v');
  const terminal = new Terminal({ program, json, quiet: has('--quiet', '-q'), verbose });
  try {
    const task = await parse(words, has('--help-all'), define);
    // Help needs no streams: making them takes Node longer than writing it.
    if (task === undefined) return EXIT.done;
    ignoreClosedPipes();
    const outcome = await withInterrupts((signal) => terminal.watching(signal, task));
    terminal.outcome(outcome);
    return outcome.failure === undefined ? EXIT.done : exitCodeOf(outcome.failure);
  } catch (error) {
    ignoreClosedPipes();
    if (json) terminal.answer({ error: describeError(error) }, []);
    terminal.error(error);
    return exitCodeOf(error);
  }
}

/** The task that the words ask for; undefined where help or the version has been printed instead. */
async function parse(
  words: readonly string[],
  all: boolean,
  define: (call: Call) => Promise<Program>,
): Promise<Task | undefined> {
  let task: Task | undefined;
  const start: Start = (started) => {
    task = started;
  };
  const argv = words.map((word) => (word === '--help-all' ? '--help' : word));
  try {
    (await define({ argv, all, start })).parse(argv, { from: 'user' });
    return task;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw fromCommander(error);
  }
}

/** What is missing, as commander names it: an option with its flags, or an argument. */
const MISSING = /^required option '.*?--([\w-]+)[^']*' not specified|^missing required argument '([^']+)'/;

/** commander's messages may have a second line with a suggestion in brackets. */
function fromCommander({ code, message }: CommanderError): UsageError {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const [, option, argument] = MISSING.exec(first) ?? [];
  if (option !== undefined) return optionMissing(option, 'see --help');
  if (argument !== undefined) {
    return new UsageError('ARGUMENT_MISSING', `${argument}: expected, but not given`, { hint: 'see --help' });
  }
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1').replace(/^Did/, 'did') ?? 'see --help';
  const stable = code.replace(/^commander\./, '').replace(/[A-Z]/g, (letter) => `_${letter}`);
  return new UsageError(stable.toUpperCase(), first, { hint });
}

/** A reader that has seen enough, `blend inspect … | head -1`, is no failure. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', unlessClosed).on('error', unlessClosed);
  }
}

function unlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
