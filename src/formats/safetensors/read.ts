import { InputFileError } from '../../errors.js';
import type { Buffers } from '../../files/buffers.js';
import { type Closing, closing } from '../../files/closing.js';
import { openForReading, type RandomAccessFile } from '../../files/random-access.js';
import { toFloat32 } from '../dtype.js';
import { missingTensor } from '../stored-tensor.js';
import { MAX_HEADER_BYTES, parseHeader, type SafetensorsTensor } from './header.js';

/** An open safetensors file of any content: names and shapes are known, values are read when asked for. */
export interface SafetensorsFile extends Closing {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly file: RandomAccessFile;
  /**
   * One tensor, row-major, as 32-bit floats; they may be taken from `buffers`.
   * @throws InputFileError `TENSOR_MISSING`
   */
  read(name: string, buffers?: Buffers): Promise<Float32Array<ArrayBuffer>>;
}

/**
 * Opens a safetensors file and checks its header.
 *
 * @throws InputFileError `SAFETENSORS_DAMAGED`, `SAFETENSORS_DTYPE`, `FILE_TRUNCATED` and those of `openForReading`
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openForReading(path);
  try {
    return await readSafetensors(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** {@link openSafetensors} for a file that is open already; closing the result closes it. */
export async function readSafetensors(file: RandomAccessFile): Promise<SafetensorsFile> {
  const { path, size } = file;
  const { tensors, metadata } = parseHeader(path, (await readHeader(file)).json, size);
  return {
    path,
    tensors,
    metadata,
    file,
    read: async (name, buffers) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw missingTensor(path, name);
      const bytes = await file.read(tensor.offset, tensor.byteLength, buffers);
      const values = toFloat32(bytes, tensor.dtype);
      if (values.buffer !== bytes.buffer) buffers?.give(bytes);
      return values;
    },
    ...closing(() => file.close()),
  };
}

/**
 * The header's JSON, unparsed, and where the data begin.
 * @throws InputFileError `SAFETENSORS_DAMAGED`, `FILE_TRUNCATED`
 */
export async function readHeader(
  file: RandomAccessFile,
): Promise<{ json: Uint8Array<ArrayBuffer>; end: number }> {
  const { path, size } = file;
  const length = headerLength(await file.read(0, Math.min(8, size)));
  if (length === undefined || length > MAX_HEADER_BYTES) {
    throw new InputFileError(
      'SAFETENSORS_DAMAGED',
      `${path}: expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${length ?? 'no header length'}`,
    );
  }
  return { json: await file.read(8, length), end: 8 + length };
}

/** Whether a file's first bytes are those of a safetensors file: a plausible length, then a JSON object. */
export function looksLikeSafetensors(start: Uint8Array, fileSize: number): boolean {
  const length = headerLength(start);
  if (length === undefined || start[8] !== 0x7b) return false;
  // A truncated file is still one of these, and better called that; only absurd lengths mean something else.
  return length <= Math.max(fileSize, MAX_HEADER_BYTES);
}

function headerLength(start: Uint8Array): number | undefined {
  if (start.length < 8) return undefined;
  return Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true));
}
