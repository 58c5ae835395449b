import type { Checkpoint, Origin } from '../checkpoint/checkpoint.js';
import { type CheckpointDiff, diffCheckpoints } from '../checkpoint/inspect/diff.js';
import { describeArchitecture } from '../swap/compare.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface DiffOptions extends Run {
  /** Which network of files with several. */
  readonly network?: string;
}

/** What `diff` answers. */
export interface DiffDocument {
  /** The first network. */
  readonly a: ComparedNetwork;
  /** The second network. */
  readonly b: ComparedNetwork;
  /** Whether kind, settings, tensors and shapes are the same, so that the two can be blended. */
  readonly sameArchitecture: boolean;
  /** Tensors that only one has, or that have another shape. */
  readonly unmatched: CheckpointDiff['unmatched'];
  /** Distance of the weights by resolution, in order; null stands for what belongs to none (the mapping network). */
  readonly resolutions: CheckpointDiff['resolutions'];
  /** Distance of each tensor that both have. */
  readonly tensors: CheckpointDiff['tensors'];
}

/** One of two networks that are compared. */
export interface ComparedNetwork {
  /** The file. */
  readonly path: string;
  /** Whose form it has. */
  readonly format: Origin['format'];
  /** Which network of the file, where it has several. */
  readonly network?: string;
  /** Kind of the network, such as `stylegan2`. */
  readonly family: Checkpoint['architecture']['family'];
  /** Side of its pictures, in pixels. */
  readonly resolution: number;
  /** Length of w, where it has a mapping network. */
  readonly wDim?: number;
  /** What it is, in words. */
  readonly description: string;
}

/**
 * How far two networks are from each other, resolution by resolution.
 * @throws as `openModel`, `diffCheckpoints`; AbortedError
 * @example const { document } = await diff('toonhead', 'pixelart');
 */
export async function diff(
  a: ModelSource,
  b: ModelSource,
  options: DiffOptions = {},
): Promise<Answer<DiffDocument>> {
  const report = new Report(options);
  const { network, signal } = options;
  await using held = new Held();
  const [first, second] = [await held.open(a, { network }), await held.open(b, { network })];
  const onProgress = report.stage(
    'comparing',
    new Set([...first.tensors.keys(), ...second.tensors.keys()]).size,
  );
  const found = await diffCheckpoints(first, second, { signal, onProgress: (done) => onProgress(done) });
  return report.answer({ a: describe(first), b: describe(second), ...found });
}

function describe({ origin, architecture }: Checkpoint): ComparedNetwork {
  const { path, format, network } = origin;
  const { family, resolution } = architecture;
  const description = describeArchitecture(architecture);
  const width = 'wDim' in architecture ? { wDim: architecture.wDim } : {};
  return { path, format, network, family, resolution, ...width, description };
}
