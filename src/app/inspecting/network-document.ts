import { familyName } from '../../checkpoint/checkpoint.js';
import type {
  NetworkInspection,
  ResolutionSize,
  TensorStatistics,
} from '../../checkpoint/inspect/inspect.js';

/** What is in a network of a file. */
export interface NetworkDocument {
  /** Its name in the file, such as `G_ema`. */
  readonly name: string;
  /** What it is, in words: `StyleGAN2 generator`. */
  readonly kind?: string;
  /** Its settings; null for a network that is none of those that are known. */
  readonly architecture: Readonly<Record<string, Setting>> | null;
  /** Why it is none that is known. */
  readonly problem?: string;
  /** How many tensors it has. */
  readonly tensors: number;
  /** How many numbers are in them. */
  readonly parameters: number;
  /** Bytes of the tensors as they are stored. */
  readonly bytes: number;
  /** How many tensors are stored in each type. */
  readonly dtypes: Readonly<Record<string, number>>;
  /** Sizes by resolution, in order; null stands for what belongs to none. */
  readonly resolutions: readonly ResolutionSize[];
  /** With `tensors`: what was measured of each tensor. */
  readonly statistics?: readonly TensorStatistics[];
}

/** A setting of a network: null is none, a record has numbers by resolution, a list has the layers of a StyleGAN3. */
export type Setting =
  | string
  | number
  | boolean
  | null
  | Readonly<Record<string, number>>
  | readonly LayerSetting[];

/** A layer of a StyleGAN3. */
export interface LayerSetting {
  /** `L{index}_{size}_{channels}`. */
  readonly name: string;
  /** Side of what it computes, in pixels. */
  readonly size: number;
  /** Side of its kernel: 3 (config T) or 1 (config R). */
  readonly kernel: number;
}

/** For JSON, which has no maps. */
export function networkDocument(
  { name, architecture, problem, dtypes, ...sizes }: NetworkInspection,
  statistics: readonly TensorStatistics[] | undefined,
): NetworkDocument {
  const kind = architecture && familyName(architecture);
  const settings = Object.entries(architecture ?? {}).map(([key, value]) => [
    key,
    value instanceof Map ? Object.fromEntries(value) : value,
  ]);
  return {
    name,
    kind,
    architecture: architecture === undefined ? null : Object.fromEntries(settings),
    problem,
    ...sizes,
    dtypes: Object.fromEntries(dtypes),
    statistics,
  };
}
