import { UsageError } from '../errors.js';
import { type Checkpoint, requireStyleGan2, type StoredDType } from './checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from './checkpoint-file.js';
import { BYTES_PER_ELEMENT, type WrittenDType } from './dtype.js';
import { expectedTensors } from './expected-tensors.js';
import { writeInPlace } from './in-place/write-in-place.js';
import { lostInRosinality, writeRosinality } from './rosinality-write.js';
import { writeCheckpoint } from './write.js';

/** The forms that a network can be written in; pickles are only written in place of a container. */
export type WrittenFormat = 'safetensors' | 'rosinality' | 'container';

export interface ConvertOptions {
  /** Form of the output. `container` needs {@link container}. */
  readonly format: WrittenFormat;
  /** The file whose form is taken, and everything but the network: see `writeInPlace`. */
  readonly container?: string | undefined;
  /** Which network; where it is not said, the file's other networks count as lost. */
  readonly network?: string | undefined;
  /** Type of the tensors; default `f32`. Not for containers, which have types of their own. */
  readonly dtype?: WrittenDType | undefined;
  /** Write although something is lost. */
  readonly lossy?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** Further metadata of a safetensors file; the input's is kept. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface ConvertReport {
  /** What the output lacks of the input, in words; empty for a conversion without loss. */
  readonly lost: readonly string[];
}

/**
 * Writes a network of a file in another form.
 *
 * @throws UsageError `CONVERT_LOSES` naming what would be lost, unless `lossy`; `FORMAT_CANNOT_HOLD`,
 *   `CONTAINER_MISSING`; and those of the readers and writers
 */
export async function convertCheckpoint(
  input: string,
  output: string,
  options: ConvertOptions,
): Promise<ConvertReport> {
  const file = await openCheckpointFile(input);
  try {
    const checkpoint = await file.checkpoint(options.network);
    const lost = [...lostNetworks(file, options), ...lostOf(checkpoint, options)];
    if (lost.length > 0 && options.lossy !== true) throw losesSomething(input, lost);
    if (options.format === 'container') {
      return { lost: [...lost, ...(await intoContainer(output, file, checkpoint, options))] };
    }
    if (options.format === 'rosinality') await writeRosinality(output, checkpoint, options);
    else {
      const metadata = { ...checkpoint.metadata, ...options.metadata };
      await writeCheckpoint(output, checkpoint, { ...options, metadata });
    }
    return { lost };
  } finally {
    await file.close();
  }
}

/** Everything that {@link convertCheckpoint} would lose, found out without writing. */
export async function lostByConverting(input: string, options: ConvertOptions): Promise<string[]> {
  const file = await openCheckpointFile(input);
  try {
    return [...lostNetworks(file, options), ...lostOf(await file.checkpoint(options.network), options)];
  } finally {
    await file.close();
  }
}

function lostNetworks(file: CheckpointFile, options: ConvertOptions): string[] {
  if (options.network !== undefined || options.format === 'container') return [];
  return file.networks.slice(1).map((name) => {
    if (name === 'D') return 'the discriminator (D)';
    return `the generator without averaging (${name})`;
  });
}

function lostOf(checkpoint: Checkpoint, options: ConvertOptions): string[] {
  const lost: string[] = [];
  if (options.format !== 'container') lost.push(...lostDigits(checkpoint, options.dtype ?? 'f32'));
  if (options.format === 'rosinality') {
    lost.push(...lostInRosinality(checkpoint));
    const expected = expectedTensors(requireStyleGan2(checkpoint));
    const missing = [...expected.keys()].filter((name) => !checkpoint.tensors.has(name));
    if (missing.includes('mapping.w_avg')) {
      lost.push('the average of w (latent_avg), which the input lacks: rosinality’s tools estimate it anew');
    }
    if (missing.some((name) => name.endsWith('.noise_const'))) {
      lost.push('the noise buffers, which the input lacks: rosinality’s tools draw them anew');
    }
    if (Object.keys(checkpoint.metadata).length > 0) lost.push('the metadata');
  }
  return lost;
}

/** Types that hold more digits than what is written. */
function lostDigits(checkpoint: Checkpoint, written: WrittenDType): string[] {
  const count = new Map<StoredDType, number>();
  for (const { dtype } of checkpoint.tensors.values()) {
    if (!holds(written, dtype)) count.set(dtype, (count.get(dtype) ?? 0) + 1);
  }
  return [...count].map(([dtype, tensors]) => `digits of ${tensors} tensors: ${dtype} becomes ${written}`);
}

/** Whether every number of type `stored` is one of type `written`. */
function holds(written: WrittenDType, stored: StoredDType): boolean {
  if (written === stored) return true;
  if (stored === 'u8' || stored === 'i8' || stored === 'bool') return written !== 'bf16' || stored !== 'i8';
  return written === 'f32' && BYTES_PER_ELEMENT[stored] <= 2;
}

async function intoContainer(
  output: string,
  file: CheckpointFile,
  checkpoint: Checkpoint,
  options: ConvertOptions,
): Promise<string[]> {
  if (options.container === undefined) {
    throw new UsageError('CONTAINER_MISSING', 'expected a file whose form the output takes, found none', {
      hint: 'name it with --container',
    });
  }
  const name = options.network ?? file.networks[0]!;
  const report = await writeInPlace(output, options.container, new Map([[name, checkpoint]]), {
    ...options,
    strict: options.lossy !== true,
  });
  return [
    ...report.dropped.map((tensor) => `${tensor}, for which the container has no place`),
    ...report.kept.map((tensor) => `${tensor}: the container keeps its own`),
    ...report.rounded.map((tensor) => `digits of ${tensor}: rounded to what the container stores`),
    ...report.settings,
  ];
}

function losesSomething(input: string, lost: readonly string[]): UsageError {
  return new UsageError(
    'CONVERT_LOSES',
    `${input}: expected a format that holds all of it, would lose ${lost.join('; ')}`,
    {
      hint: 'accept it with --lossy, or name one network with --network',
    },
  );
}
