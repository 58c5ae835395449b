import { createInterface } from 'node:readline/promises';
import { AbortedError } from '../../errors.js';
import type { Terms } from '../../models/index.js';
import { printable } from '../../text/printable.js';
import type { Running } from '../command.js';

/**
 * Shows what is about to be downloaded and under which licence, and finds out whether the user agrees: with
 * `--accept-licence` or by answering y on a terminal. Where nobody can answer, that is a no.
 */
export function askForLicence(
  accepted: boolean,
  { signal, onNotice }: Pick<Running, 'signal' | 'onNotice'>,
): (terms: Terms) => Promise<boolean> {
  return async (terms) => {
    const canAnswer = process.stdin.isTTY === true && process.stderr.isTTY === true;
    const lines = describeTerms(terms);
    if (accepted || !canAnswer) {
      for (const message of lines) onNotice({ kind: 'info', message });
      return accepted;
    }
    return ask([...lines.map(printable), 'download it under this licence? [y/N] '].join('\n'), signal);
  };
}

function describeTerms({ name, url, licence, source, description }: Terms): string[] {
  return [
    description === undefined ? name : `${name}: ${description}`,
    `  from     ${url}`,
    ...(source === undefined ? [] : [`  source   ${source}`]),
    `  licence  ${licence ?? 'not stated; ask those who made it'}`,
  ];
}

/** On stderr, as stdout belongs to the answer. `terminal: false` leaves Ctrl-C to the program's own handler. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    // The end of the input (Ctrl-D) answers nothing, which would leave the question open for ever.
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([lines.question(question, { signal }), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    throw new AbortedError();
  } finally {
    lines.close();
  }
}
