import { InputFileError, throwIfAborted, UsageError } from '../../errors.js';
import { writeAtomically } from '../../files/atomic-write.js';
import { Buffers } from '../../files/buffers.js';
import { elementCount } from '../../numbers/shape.js';
import { BYTES_PER_ELEMENT, firstOverflow, fromFloat32, type WrittenDType } from '../dtype.js';
import { encodeHeader } from './header.js';

/** A tensor that is computed or read when its turn has come. */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Row-major values.
   * @param buffers what they may be taken from; they go back there once they are written
   */
  read(buffers?: Buffers): Promise<Float32Array>;
}

export interface WriteSafetensorsOptions {
  readonly tensors: Iterable<TensorSource>;
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Metadata that is known at the end only, such as hashes that are computed meanwhile. It takes the place of
   * `metadata`, which has to be as long.
   */
  readonly lateMetadata?: () => Promise<Readonly<Record<string, string>>>;
  /** Type of every tensor in the file; default `f32`. */
  readonly dtype?: WrittenDType;
  /** Replace an existing file. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each tensor with the bytes of tensors written and to write. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes a safetensors file, atomically and one tensor at a time. Names and metadata are sorted, so that equal
 * content gives equal bytes.
 *
 * @throws UsageError `DTYPE_OVERFLOW` where a value is too large for `dtype`, `TENSOR_NAME` for a name that occurs
 *   twice or is reserved; OutputError as `writeAtomically`; AbortedError
 */
export async function writeSafetensors(path: string, options: WriteSafetensorsOptions): Promise<void> {
  const { metadata = {}, lateMetadata, dtype = 'f32', force, signal, onProgress } = options;
  const tensors = inOrder(path, options.tensors);
  const header = encodeHeader(tensors, metadata, dtype);
  const count = tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const totalBytes = count * BYTES_PER_ELEMENT[dtype];
  const buffers = new Buffers();
  await writeAtomically(path, { force }, async (sink) => {
    await sink.write(header);
    for await (const { tensor, values } of readAhead(tensors, buffers)) {
      throwIfAborted(signal);
      await sink.write(encodeTensor(path, tensor, values, dtype));
      buffers.give(values);
      onProgress?.(sink.position - header.length, totalBytes);
    }
    throwIfAborted(signal);
    if (lateMetadata !== undefined) {
      const final = encodeHeader(tensors, await lateMetadata(), dtype);
      if (final.length !== header.length) throw new RangeError('late metadata differs in length');
      await sink.rewrite(0, final);
    }
  });
}

/** Reads each tensor while the one before it is written. */
export async function* readAhead(
  tensors: readonly TensorSource[],
  buffers?: Buffers,
): AsyncGenerator<{ tensor: TensorSource; values: Float32Array }> {
  let next = tensors[0]?.read(buffers);
  try {
    for (const [i, tensor] of tensors.entries()) {
      const values = (await next) as Float32Array;
      next = tensors[i + 1]?.read(buffers);
      // A failure is thrown when its turn has come, not as an unhandled rejection in the meantime.
      next?.catch(() => {});
      yield { tensor, values };
    }
  } finally {
    // Where the writing failed: whoever closes the files next must not do so under a read.
    await next?.catch(() => {});
  }
}

function inOrder(path: string, tensors: Iterable<TensorSource>): TensorSource[] {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const [i, { name }] of sorted.entries()) {
    if (name === '__metadata__' || name === sorted[i - 1]?.name) {
      throw new UsageError(
        'TENSOR_NAME',
        `${path}: a tensor cannot be called ${name}: reserved, or there twice`,
      );
    }
  }
  return sorted;
}

/**
 * A tensor's values in the type that they are written in.
 *
 * @throws InputFileError `TENSOR_SIZE_MISMATCH`; UsageError `DTYPE_OVERFLOW`
 */
export function encodeTensor(
  path: string,
  tensor: TensorSource,
  values: Float32Array,
  dtype: WrittenDType,
): Uint8Array {
  const { name, shape } = tensor;
  if (values.length !== elementCount(shape)) {
    throw new InputFileError(
      'TENSOR_SIZE_MISMATCH',
      `${path}: ${name}: expected ${elementCount(shape)} values for shape [${shape}], found ${values.length}`,
    );
  }
  const overflow = firstOverflow(values, dtype);
  if (overflow >= 0) {
    throw new UsageError(
      'DTYPE_OVERFLOW',
      `${path}: ${name}: expected values that ${dtype} can hold, found ${values[overflow]} at index ${overflow}`,
      { hint: dtype === 'f16' ? 'write bf16 or f32' : 'write f32' },
    );
  }
  return fromFloat32(values, dtype);
}
