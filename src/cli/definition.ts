import type { Command } from 'commander';
import type { Start } from './run.js';

/** A command as `--help` lists it, and how its options are added. */
export interface Definition {
  /** Its name and arguments, such as `render <model>`. */
  readonly usage: string;
  readonly description: string;
  define(command: Command, start: Start): void;
}

/**
 * Adds commands to a program. Two dozen commands have some three hundred options: those of a command are only defined
 * where its name is among the words of the call, wherever it may be.
 */
export function addCommands(
  program: Command,
  definitions: readonly Definition[],
  { argv, start }: { argv: readonly string[]; start: Start },
): void {
  for (const { usage, description, define } of definitions) {
    const command = program.command(usage).description(description);
    if (argv.includes(command.name())) define(command, start);
  }
}
