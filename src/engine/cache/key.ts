import { readFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { codeStamp } from '../../files/code-stamp.js';

/**
 * The key of a compiled program: the caller's, and all else that decides what is written and whether it fits: the
 * runtime, the processor (blocks of channels are as wide as its registers), and the code that writes graphs.
 */
export function compiledKey(own: string, runtime: string): string {
  const machine = [platform(), arch(), cpus()[0]?.model, processorFlags()];
  return JSON.stringify([own, runtime, machine, codeStamp(['graph', 'engine', 'numbers'])]);
}

/** What the processor can do, where the system says so. */
function processorFlags(): string {
  try {
    return /^(flags|Features)\s*:.*$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[0] ?? '';
  } catch {
    return '';
  }
}
