import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { type CheckpointDiff, diffCheckpoints, type GroupDistance } from '../../checkpoint/inspect/diff.js';
import { openModel } from '../../checkpoint/names.js';
import { describeArchitecture } from '../../swap/compare.js';
import type { Context, Outcome } from '../outcome.js';
import { resolutionName, table } from '../terminal/table.js';

/** Characters of the longest bar. */
const BAR = 30;

/** How many differing tensors are listed; `--json` has all. */
const MAX_LISTED = 5;

/** `blend diff A B`: how far two networks are from each other. */
export async function diffCommand(
  a: string,
  b: string,
  options: { readonly network?: string },
  { signal, terminal }: Context,
): Promise<Outcome> {
  const models = [await openModel(a, options)];
  try {
    models.push(await openModel(b, options));
    const [first, second] = models as [Checkpoint, Checkpoint];
    const total = new Set([...first.tensors.keys(), ...second.tensors.keys()]).size;
    const progress = await terminal.progress({ label: 'comparing', total });
    let diff: CheckpointDiff;
    try {
      diff = await diffCheckpoints(first, second, { signal, onProgress: (done) => progress.update(done) });
    } finally {
      progress.finish();
    }
    return {
      document: { a: describe(first), b: describe(second), ...diff },
      lines: linesOf(first, second, diff),
    };
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }
}

function describe({ origin, architecture }: Checkpoint): Record<string, unknown> {
  return { ...origin, family: architecture.family, resolution: architecture.resolution };
}

function linesOf(a: Checkpoint, b: Checkpoint, diff: CheckpointDiff): string[] {
  const identical = diff.tensors.filter((tensor) => tensor.identical).length;
  const side = (name: string, { origin, architecture }: Checkpoint) => {
    const network = origin.network === undefined ? '' : `, network ${origin.network}`;
    return `${name}  ${origin.path}${network}: ${describeArchitecture(architecture)}`;
  };
  return [
    side('a', a),
    side('b', b),
    diff.sameArchitecture
      ? 'the architectures are the same: the two can be blended'
      : 'the architectures differ: the two cannot be blended',
    ...unmatchedLines(diff),
    `tensors: ${diff.tensors.length} compared, ${identical} identical`,
    ...(diff.resolutions.length === 0 ? [] : ['', ...distanceLines(diff.resolutions, a.architecture)]),
  ];
}

/** A bar for each resolution; the longest one is that of the largest distance. */
function distanceLines(groups: readonly GroupDistance[], architecture: object): string[] {
  const largest = Math.max(0, ...groups.map(({ distance }) => distance).filter(Number.isFinite));
  const rows = table([
    ['resolution', 'identical', 'distance'],
    ...groups.map(({ resolution, tensors, identical, distance }) => [
      resolutionName(resolution, architecture),
      `${identical} of ${tensors}`,
      Number.isNaN(distance) ? 'not finite' : distance === 0 ? '0' : distance.toPrecision(3),
    ]),
  ]);
  return [
    ...rows.map((row, i) => (i === 0 ? row : `${row}  ${bar(groups[i - 1]!.distance, largest)}`.trimEnd())),
    'distance is |b - a| / |a| over the weights; noise buffers and filters do not count',
  ];
}

function bar(distance: number, largest: number): string {
  if (distance === Number.POSITIVE_INFINITY) return '█'.repeat(BAR);
  if (!(distance > 0)) return '';
  return '█'.repeat(Math.max(1, Math.round((distance / largest) * BAR)));
}

function unmatchedLines({ unmatched }: CheckpointDiff): string[] {
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
