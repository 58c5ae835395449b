import type { Command as Program } from 'commander';
import { PROGRAMS } from './commands/list.js';
import toonify from './commands/toonify.js';
import { define, programOf } from './program.js';
import { type Call, runProgram } from './run.js';
import { addVersion } from './version.js';

/** The program `toonify`. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runProgram('toonify', argv, toonifyProgram);
}

async function toonifyProgram(call: Call): Promise<Program> {
  const program = addVersion(programOf('toonify', PROGRAMS.toonify));
  define(program, { entry: PROGRAMS.toonify, command: toonify }, call);
  return program;
}
