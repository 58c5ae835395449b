import { UsageError } from '../../errors.js';
import { meant } from '../../text/nearest.js';

/** Whether a word stands for a recipe rather than for a command. */
export function isRecipePath(word: string): boolean {
  return /\.(ya?ml|json)$/i.test(word);
}

/** The error of a word that is no command. @param known the names of those that there are */
export function unknownCommand(word: string, known: readonly string[]): UsageError {
  return new UsageError('UNKNOWN_COMMAND', `unknown command ${JSON.stringify(word)}`, {
    hint: meant(word, known, `commands are ${known.join(', ')}`),
  });
}
