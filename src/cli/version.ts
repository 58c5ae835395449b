import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { PACKAGE_ROOT } from '../files/package-root.js';

/** The version in package.json. */
function packageVersion(): string {
  const text = readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** `--version`. */
export function addVersion(program: Command): Command {
  return program.version(packageVersion(), '--version', 'print the version');
}
