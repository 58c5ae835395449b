import { flag } from './option.js';

/**
 * The options that every command has. `--json`, `--quiet` and `--verbose` are looked up before the words are parsed.
 */
export const commonOptions = [
  flag('--json', 'print the result as one JSON document', 'always'),
  flag('-q, --quiet', 'print errors and warnings only', 'always'),
  flag('-v, --verbose', 'print more about errors', 'always'),
  flag('--help-all', 'also show the options that are rarely needed', 'always'),
] as const;
