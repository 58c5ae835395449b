import { type Command, CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import type { Task } from './outcome.js';
import { EXIT, exitCodeOf } from './terminal/exit-codes.js';
import { withInterrupts } from './terminal/interrupts.js';
import { describeError, Terminal } from './terminal/terminal.js';

/** Hands over the command that the arguments ask for; it runs after they have been parsed. */
export type Start = (task: Task) => void;

/**
 * Runs a program from its arguments to its exit code: parses, does the work, prints the answer or the error.
 *
 * @param define builds the program; the action of each of its commands calls `start` once
 */
export async function runProgram(
  program: string,
  argv: readonly string[],
  define: (start: Start) => Command,
): Promise<number> {
  // Looked up here because errors of parsing have to respect them too.
  const given = new Set(argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv);
  const json = given.has('--json');
  const terminal = new Terminal({
    program,
    json,
    quiet: given.has('--quiet'),
    verbose: given.has('--verbose'),
  });
  try {
    const task = parse(argv, define);
    // Help needs no streams: making them takes Node longer than writing it.
    if (task === undefined) return EXIT.done;
    ignoreClosedPipes();
    const { document, lines, failure } = await withInterrupts((signal) => task({ signal, terminal }));
    terminal.answer(failure === undefined ? document : { ...document, error: describeError(failure) }, lines);
    if (failure === undefined) return EXIT.done;
    terminal.error(failure);
    return exitCodeOf(failure);
  } catch (error) {
    ignoreClosedPipes();
    if (json) terminal.answer({ error: describeError(error) }, []);
    terminal.error(error);
    return exitCodeOf(error);
  }
}

/** The task that the arguments ask for; undefined where help or the version has been printed instead. */
function parse(argv: readonly string[], define: (start: Start) => Command): Task | undefined {
  let task: Task | undefined;
  try {
    define((started) => {
      task = started;
    }).parse(argv, { from: 'user' });
    return task;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw fromCommander(error);
  }
}

/** commander's messages may have a second line with a suggestion in brackets. */
function fromCommander({ code, message }: CommanderError): UsageError {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
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
