import { readFileSync } from 'node:fs';
import type { Command } from 'commander';

/** The version in package.json, which lies two levels above both `src/cli` and `dist/cli`. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** `--version`. */
export function addVersion(program: Command): Command {
  return program.version(packageVersion(), '--version', 'print the version');
}
