import { type ComparedNetwork, type DiffDocument, diff } from '../../app/diff.js';
import { command } from '../command.js';
import { network } from '../options/models.js';
import { resolutionName, table } from '../terminal/table.js';
import { COMMANDS } from './list.js';

/** Characters of the longest bar. */
const BAR = 30;

/** How many differing tensors are listed; `--json` has all. */
const MAX_LISTED = 5;

/** `blend diff A B`: how far two networks are from each other. */
export default command(COMMANDS.diff, {
  options: [network()],
  async run([a, b], options, run) {
    const { document } = await diff(a, b, { ...options, ...run });
    return { document, lines: linesOf(document) };
  },
});

function linesOf(document: DiffDocument): string[] {
  const { a, b, sameArchitecture, tensors, resolutions } = document;
  const identical = tensors.filter((tensor) => tensor.identical).length;
  return [
    sideLine('a', a),
    sideLine('b', b),
    sameArchitecture
      ? 'the architectures are the same: the two can be blended'
      : 'the architectures differ: the two cannot be blended',
    ...unmatchedLines(document),
    `tensors: ${tensors.length} compared, ${identical} identical`,
    ...(resolutions.length === 0 ? [] : ['', ...distanceLines(document)]),
  ];
}

function sideLine(name: string, { path, network, description }: ComparedNetwork): string {
  return `${name}  ${path}${network === undefined ? '' : `, network ${network}`}: ${description}`;
}

/** A bar for each resolution; the longest one is that of the largest distance. */
function distanceLines({ a, resolutions }: DiffDocument): string[] {
  const largest = Math.max(0, ...resolutions.map(({ distance }) => distance).filter(Number.isFinite));
  const rows = table([
    ['resolution', 'identical', 'distance'],
    ...resolutions.map(({ resolution, tensors, identical, distance }) => [
      resolutionName(resolution, a),
      `${identical} of ${tensors}`,
      Number.isNaN(distance) ? 'not finite' : distance === 0 ? '0' : distance.toPrecision(3),
    ]),
  ]);
  return [
    ...rows.map((row, i) =>
      i === 0 ? row : `${row}  ${bar(resolutions[i - 1]!.distance, largest)}`.trimEnd(),
    ),
    'distance is |b - a| / |a| over the weights; noise buffers and filters do not count',
  ];
}

function bar(distance: number, largest: number): string {
  if (distance === Number.POSITIVE_INFINITY) return '█'.repeat(BAR);
  if (!(distance > 0)) return '';
  return '█'.repeat(Math.max(1, Math.round((distance / largest) * BAR)));
}

function unmatchedLines({ unmatched }: DiffDocument): string[] {
  if (unmatched.length === 0) return [];
  const shape = (extents: readonly number[] | undefined) =>
    extents === undefined ? 'missing' : `[${extents.join(', ')}]`;
  const lines = unmatched
    .slice(0, MAX_LISTED)
    .map(({ name, a, b }) => `  ${name}: ${shape(a)} in a, ${shape(b)} in b`);
  const more = unmatched.length - MAX_LISTED;
  return [
    `${unmatched.length} ${unmatched.length === 1 ? 'tensor is' : 'tensors are'} not in both with one shape:`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
