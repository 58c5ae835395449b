import { throwIfAborted } from '../../errors.js';
import { writeAtomically } from '../../files/atomic-write.js';
import { elementCount } from '../../numbers/shape.js';
import { BYTES_PER_ELEMENT, type WrittenDType } from '../dtype.js';
import { encodeNote, type LateMetadata, resolveMetadata } from '../note/note.js';
import { zipNoteName } from '../note/zip-note.js';
import { OP } from '../pickle/opcodes.js';
import { PickleWriter } from '../pickle/write.js';
import { encodeTensor, readAhead, type TensorSource } from '../safetensors/write.js';
import { rowMajor } from '../tensor-view.js';
import { ZipWriter } from '../zip/write.js';

/** An object for `torch.save`: tensors, and dicts of these. */
export type TorchTree = ReadonlyMap<string, TensorSource | TorchTree>;

export interface WriteTorchOptions {
  /** Type of every tensor in the file; default `f32`. */
  readonly dtype?: WrittenDType;
  readonly force?: boolean;
  /** Metadata, as a file of its own in the archive, which torch leaves alone. */
  readonly metadata?: LateMetadata;
  readonly signal?: AbortSignal;
  /** Called after each tensor with the bytes of tensors written and to write. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** The folder inside of the archive; torch takes any. */
const ARCHIVE = 'archive';
const PICKLE = `${ARCHIVE}/data.pkl`;

const STORAGE_CLASSES: Readonly<Record<WrittenDType, string>> = {
  f32: 'FloatStorage',
  f16: 'HalfStorage',
  bf16: 'BFloat16Storage',
};

/**
 * Writes a file that `torch.load` reads: its zip container, with a storage of its own for each tensor. Atomically and
 * one tensor at a time.
 *
 * @throws UsageError `DTYPE_OVERFLOW`; OutputError as `writeAtomically`, `OUTPUT_TOO_LARGE`; AbortedError
 */
export async function writeTorch(
  path: string,
  tree: TorchTree,
  options: WriteTorchOptions = {},
): Promise<void> {
  const { dtype = 'f32', force, metadata = {}, signal, onProgress } = options;
  const tensors: TensorSource[] = [];
  const pickle = new PickleWriter();
  writeTree(pickle, tree, dtype, tensors);
  const content = pickle.finish();
  const sizeOf = ({ shape }: TensorSource) => elementCount(shape) * BYTES_PER_ELEMENT[dtype];
  const totalBytes = tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  await writeAtomically(path, { force }, async (sink) => {
    const zip = new ZipWriter(path, sink);
    await zip.add(PICKLE, content.length, [content]);
    await zip.add(`${ARCHIVE}/byteorder`, 6, [Buffer.from('little')]);
    let done = 0;
    let key = 0;
    for await (const { tensor, values } of readAhead(tensors)) {
      throwIfAborted(signal);
      const size = sizeOf(tensor);
      await zip.add(`${ARCHIVE}/data/${key++}`, size, [encodeTensor(path, tensor, values, dtype)]);
      done += size;
      onProgress?.(done, totalBytes);
    }
    throwIfAborted(signal);
    await zip.add(`${ARCHIVE}/version`, 2, [Buffer.from('3\n')]);
    const note = encodeNote(await resolveMetadata(metadata));
    if (note !== undefined) await zip.add(zipNoteName(PICKLE), note.length, [note]);
    await zip.finish();
  });
}

/** A dict, and the tensors in it in the order of their storages' keys. */
function writeTree(
  pickle: PickleWriter,
  tree: TorchTree,
  dtype: WrittenDType,
  tensors: TensorSource[],
): void {
  pickle.op(OP.EMPTY_DICT, OP.MARK);
  for (const [key, value] of tree) {
    pickle.text(key);
    if ('shape' in value) {
      writeTensor(pickle, value, dtype, tensors.length);
      tensors.push(value);
    } else writeTree(pickle, value, dtype, tensors);
  }
  pickle.op(OP.SETITEMS);
}

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)`. */
function writeTensor(pickle: PickleWriter, { shape }: TensorSource, dtype: WrittenDType, key: number): void {
  pickle.global('torch._utils', '_rebuild_tensor_v2').op(OP.MARK);
  pickle.op(OP.MARK).text('storage').global('torch', STORAGE_CLASSES[dtype]).text(String(key)).text('cpu');
  pickle.integer(elementCount(shape)).op(OP.TUPLE, OP.BINPERSID);
  pickle.integer(0).integers(shape).integers(rowMajor(shape)).op(OP.NEWFALSE);
  pickle.global('collections', 'OrderedDict').op(OP.EMPTY_TUPLE, OP.REDUCE);
  pickle.op(OP.TUPLE, OP.REDUCE);
}
