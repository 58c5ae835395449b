import { fstatSync, writeSync } from 'node:fs';
import type { OutputConfiguration } from 'commander';

/**
 * How commander prints help and the version: at once, past `process.stdout`, which takes Node 4 to 9 ms to make. A
 * terminal is asked for its width as usual; errors are ours to print.
 */
export const HELP_OUTPUT: OutputConfiguration = {
  writeOut: writeNow,
  writeErr: () => {},
  getOutHelpWidth: () => (mayBeTerminal() ? process.stdout.columns : undefined) as number,
  getOutHasColors: () => mayBeTerminal() && process.stdout.hasColors?.(),
};

/** Whether stdout is a terminal, or another device. */
function mayBeTerminal(): boolean {
  try {
    return fstatSync(1).isCharacterDevice();
  } catch {
    return false;
  }
}

function writeNow(text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A pipe that is full for now; a reader that has seen enough is no failure.
    if (code === 'EAGAIN') process.stdout.write(rest);
    else if (code !== 'EPIPE' && code !== 'EOF') throw error;
  }
}
