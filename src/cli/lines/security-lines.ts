import type { NamedGlobal, SecurityReport } from '../../checkpoint/inspect/security-report.js';
import { grouped, table } from '../terminal/table.js';

/** Names that are listed; `--json` has all. */
const MAX_LISTED = 20;

/** What Python would have done with a pickle, in words that say what to look at. */
export function securityLines({ usual, unusual, code }: SecurityReport): string[] {
  const names = `${grouped(usual.length)} ${usual.length === 1 ? 'name' : 'names'}`;
  return [
    'security: a pickle is a program. Here none of it runs; in Python, opening this file would',
    ...(unusual.length === 0
      ? [`- import and call ${names}, all usual for such files`]
      : [
          `- import and call ${names} usual for such files, AND THESE, WHICH ARE NOT:`,
          ...listed(unusual.map(globalText)),
        ]),
    ...(code.length === 0
      ? ['- run no source code of its own: it carries none']
      : [
          '- run source code that it carries (with the tools it was made for):',
          ...listed(
            table(
              code.map(({ name, size, uses }) => [
                name,
                `${grouped(size)} bytes`,
                `used ${uses === 1 ? 'once' : `${uses} times`}`,
              ]),
            ),
          ),
        ]),
  ];
}

function globalText({ name, count }: NamedGlobal): string {
  return count === 1 ? name : `${name} (${count} times)`;
}

function listed(lines: readonly string[]): string[] {
  const more = lines.length - MAX_LISTED;
  return [...lines.slice(0, MAX_LISTED), ...(more > 0 ? [`and ${more} more`] : [])].map(
    (line) => `    ${line}`,
  );
}
