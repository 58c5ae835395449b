import { elementCount } from '../../numbers/shape.js';
import type { OpenModels } from './open-models.js';
import type { OutputForm } from './output-form.js';
import type { NetworkPlanRow } from './plan.js';

/** What a blend will take, as far as that can be told from sizes. */
export interface Prediction {
  /** Of the inputs, and where a container is copied of that. */
  readonly readBytes: number;
  /** Of the blend. */
  readonly writtenBytes: number;
  /** Resident at most. */
  readonly memoryBytes: number;
  /** On two slow cores. */
  readonly seconds: number;
}

/** What the program takes before it has read anything. */
const START_BYTES = 80e6;
const START_SECONDS = 0.3;

/** Bytes per second, measured with 2, 4 and 8 models of 1024 px on two slow cores; disks may be slower. */
const READ_RATE = 600e6;
const WRITE_RATE = 300e6;

/** Largest tensors in memory: of each model that is read, and of what is written and read ahead. */
const TENSORS_PER_MODEL = 1.5;
const TENSORS_BESIDE = 3.5;

/** What a blend takes, from sizes alone. */
export function predict(
  plan: readonly NetworkPlanRow[],
  { networks }: OpenModels,
  form: OutputForm,
): Prediction {
  const sum = (key: 'readBytes' | 'bytes') => plan.reduce((total, row) => total + row[key], 0);
  const container = form.kind === 'in-place' ? form.container.size : 0;
  const [readBytes, writtenBytes] = [sum('readBytes') + container, Math.max(sum('bytes'), container)];
  let largest = 0;
  for (const models of networks.values()) {
    for (const { tensors } of models.values()) {
      for (const { shape } of tensors.values()) largest = Math.max(largest, 4 * elementCount(shape));
    }
  }
  const readers = Math.max(
    ...plan.map(({ weights }) => Object.values(weights).filter((weight) => weight !== 0).length),
  );
  return {
    readBytes,
    writtenBytes,
    memoryBytes: START_BYTES + (TENSORS_PER_MODEL * readers + TENSORS_BESIDE) * largest,
    seconds: START_SECONDS + readBytes / READ_RATE + writtenBytes / WRITE_RATE,
  };
}
