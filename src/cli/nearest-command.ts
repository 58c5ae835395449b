import type { Command } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { UsageError } from '../errors.js';

/** A spelling with more differences than this is no slip of the finger. */
const MAX_SLIPS = 3;

/** Whether a word stands for a recipe rather than for a command. */
export function isRecipePath(word: string): boolean {
  return /\.(ya?ml|json)$/i.test(word);
}

/**
 * Refuses words that are neither options nor commands nor recipes.
 * @throws UsageError `UNKNOWN_COMMAND` with the nearest command
 */
export function requireCommand(program: Command): void {
  const [word] = program.args;
  if (word === undefined || isRecipePath(word)) return;
  const known = program.commands.map((command) => command.name());
  const nearest = closest(word, known);
  const list = `commands are ${known.join(', ')}`;
  throw new UsageError('UNKNOWN_COMMAND', `unknown command ${JSON.stringify(word)}`, {
    hint: distance(word, nearest) <= MAX_SLIPS ? `did you mean ${nearest}? ${list}` : list,
  });
}
