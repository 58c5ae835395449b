import { type AgainDocument, type AgainOptions, again } from '../../app/again.js';
import { UsageError } from '../../errors.js';
import type { Running } from '../command.js';
import { computing } from '../options/computing.js';
import type { Outcome } from '../outcome.js';

interface Options extends Omit<AgainOptions, 'cache' | 'picture'> {
  readonly base?: string;
  readonly transfer?: string;
  readonly blend?: string;
  readonly cache?: boolean;
}

/**
 * `toonify --again RESULT [PICTURE]`: makes a result once more, and says whether it is the same.
 *
 * @param given options that stood in the call
 * @param allowed those that may: everything else is what the result says
 */
export async function madeAgain(
  result: string,
  pictures: readonly string[],
  options: Options,
  run: Running,
  given: ReadonlySet<string>,
  allowed: readonly string[],
): Promise<Outcome> {
  requireAllowed(
    pictures,
    [...given].find((key) => !allowed.includes(key)),
  );
  const { out, force, landmarks, model, base, transfer, blend } = options;
  // A pair and a finished blend are asked for as they were said at first.
  const named = { base, transfer, model: blend };
  const places = Object.entries(named).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, path] as const],
  );
  const { engine, device, threads, half } = onlyGiven(options, given);
  const { document, failure } = await again(result, {
    ...{ engine, device, threads, half, cache: computing(options).cache },
    ...{ out, force, landmarks, picture: pictures[0] },
    model: new Map([...places, ...(model ?? [])]),
    ...run,
  });
  const lines = document.results.flatMap(({ status, output }) =>
    status === 'failed' || output === undefined ? [] : [output],
  );
  return { document, lines, notes: failure === undefined ? [verdict(document, lines[0]!)] : [], failure };
}

/** What computes is as the result says, but for what the call says. */
function onlyGiven<O extends object>(options: O, given: ReadonlySet<string>): Partial<O> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => given.has(key))) as Partial<O>;
}

function verdict({ again: result, identical, levels = 0 }: AgainDocument, output: string): string {
  if (identical) return `${output}: bit for bit the same as ${result}`;
  const how = levels === 0 ? 'the same pixels as' : `differs by up to ${levels} of 255 levels from`;
  return `${output}: ${how} ${result}`;
}

function requireAllowed(pictures: readonly string[], other: string | undefined): void {
  if (other !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `\`again\`: expected no other setting, found \`${other}\``, {
      hint: 'the settings are those that the result carries',
    });
  }
  if (pictures.length <= 1) return;
  throw new UsageError(
    'ARGUMENTS_TOO_MANY',
    `\`again\`: expected at most one picture, found ${pictures.length}`,
  );
}
