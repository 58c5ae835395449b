import { InputFileError } from '../errors.js';
import { type ByteSource, fileBytes, memoryBytes } from '../files/byte-source.js';
import type { RandomAccessFile } from '../files/random-access.js';
import { elementCount } from '../numbers/shape.js';
import { BYTES_PER_ELEMENT, type StoredDType } from './dtype.js';
import { encodedText, OPCODE_OF_TEXT } from './pickle/encoded-text.js';
import {
  ByteRange,
  isCallOf,
  itemsOf,
  PickleGlobal,
  PickleObject,
  type PickleValue,
} from './pickle/values.js';
import { columnMajor, requirePlaced, rowMajor, type TensorView } from './tensor-view.js';
import { isCount } from './torch/storage.js';

/**
 * numpy arrays in pickles: `numpy.core.multiarray._reconstruct` with the state (version, shape, dtype, Fortran order,
 * data), protocol 5's `numpy.core.numeric._frombuffer(data, dtype, shape, order)`, or `numpy.core.multiarray.scalar`.
 * The data are bytes, a Python 2 string, or text to be encoded as Latin-1, which is what Python 3 makes of bytes in
 * protocol 2.
 */

/** numpy's own limit is 32 (64 from version 2 on). */
const MAX_RANK = 32;

const DTYPES: ReadonlyMap<string, StoredDType> = new Map([
  ['f8', 'f64'],
  ['f4', 'f32'],
  ['f2', 'f16'],
  ['i8', 'i64'],
  ['i4', 'i32'],
  ['i2', 'i16'],
  ['i1', 'i8'],
  ['u1', 'u8'],
  ['b1', 'bool'],
]);

/** An array as a pickle describes it, unchecked but for the kinds of values. */
interface ArrayReference {
  readonly dtype: PickleValue | undefined;
  readonly shape: PickleValue | undefined;
  readonly isFortran: boolean;
  readonly data: PickleValue | undefined;
  /** Where the opcode of the data lies. */
  readonly place: number | undefined;
}

/**
 * An array at its place in the file; undefined for any other value.
 *
 * @throws InputFileError `NUMPY_DTYPE`, `NUMPY_DAMAGED`, `TENSOR_OUTSIDE`
 */
export async function numpyView(
  file: RandomAccessFile,
  name: string,
  value: PickleValue,
): Promise<TensorView | undefined> {
  const reference = parseArray(value);
  if (reference === undefined) return undefined;
  const damaged = (what: string) =>
    new InputFileError('NUMPY_DAMAGED', `${file.path}: ${name}: expected a numpy array with ${what}`);
  const type = parseDType(reference.dtype);
  if (type === undefined) throw damaged('a type');
  const dtype = DTYPES.get(type.name);
  if (dtype === undefined) {
    throw new InputFileError(
      'NUMPY_DTYPE',
      `${file.path}: ${name}: expected a numpy type of ${[...DTYPES.keys()].join(', ')}, found ${type.name.slice(0, 40)}`,
    );
  }
  const shape = itemsOf(reference.shape);
  if (shape === undefined || shape.length > MAX_RANK || !shape.every(isCount)) throw damaged('a shape');
  const extents = [...(shape as number[])];
  const length = elementCount(extents) * BYTES_PER_ELEMENT[dtype];
  const source = await dataOf(file, reference, length);
  if (source === undefined) throw damaged('its data');
  if (source.length !== length) {
    throw damaged(`${elementCount(extents)} elements of ${type.name} (${source.length} bytes were found)`);
  }
  const strides = reference.isFortran ? columnMajor(extents) : rowMajor(extents);
  const view: TensorView = { source, dtype, first: 0, shape: extents, strides };
  return requirePlaced(file.path, name, type.bigEndian ? { ...view, bigEndian: true } : view);
}

function parseArray(value: PickleValue): ArrayReference | undefined {
  if (isNumpyCall(value, 'multiarray._reconstruct')) {
    const state = value.state;
    const items = itemsOf(state);
    if (items === undefined || items.length < 5) return undefined;
    const [, shape, dtype, isFortran, data] = items;
    const place = 'places' in Object(state) ? (state as { places: readonly number[] }).places[4] : undefined;
    return { dtype, shape, isFortran: isFortran === true || isFortran === 1, data, place };
  }
  if (isNumpyCall(value, 'numeric._frombuffer')) {
    const [data, dtype, shape, order] = value.args;
    return { dtype, shape, isFortran: order === 'F', data, place: value.places[0] };
  }
  // What `value.eval()` of a single number gives: it differs from an array of rank 0 in no way that matters here.
  if (isNumpyCall(value, 'multiarray.scalar')) {
    const [dtype, data] = value.args;
    return { dtype, shape: [], isFortran: false, data, place: value.places[1] };
  }
  return undefined;
}

/** numpy moved its modules from `numpy.core` to `numpy._core` in version 2. */
function isNumpyCall(value: PickleValue, name: string): value is PickleObject {
  return isCallOf(value, `numpy.core.${name}`) || isCallOf(value, `numpy._core.${name}`);
}

/** `numpy.dtype('f4', False, True)` with the state (3, '<', …). */
function parseDType(value: PickleValue | undefined): { name: string; bigEndian: boolean } | undefined {
  if (!isCallOf(value, 'numpy.dtype')) return undefined;
  const [name] = value.args;
  if (typeof name !== 'string') return undefined;
  // The byte order may precede the name; else it is in the state. '=' means the writer's, which is little-endian.
  const order = /^[<>|=]/.exec(name)?.[0] ?? itemsOf(value.state)?.[1];
  return { name: name.replace(/^[<>|=]/, ''), bigEndian: order === '>' };
}

async function dataOf(
  file: RandomAccessFile,
  reference: ArrayReference,
  length: number,
): Promise<ByteSource | undefined> {
  const { data, place } = reference;
  if (data instanceof ByteRange) return fileBytes(file, data.offset, data.length);
  if (isCallOf(data, '_codecs.encode')) return encodedText(file, data, length);
  if (data instanceof PickleObject && data.callable instanceof PickleGlobal) {
    // `bytes()`, which is how protocol 2 writes nothing, and `bytearray(…)`.
    const isBytes = /^(builtins|__builtin__)\.(bytes|bytearray|str)$/.test(`${data.callable}`);
    if (isBytes && data.args.length === 0) return memoryBytes(file.path, new Uint8Array(0));
    const [inner] = data.args;
    if (isBytes && isCallOf(inner, '_codecs.encode')) return encodedText(file, inner, length);
    if (isBytes && inner instanceof ByteRange) return fileBytes(file, inner.offset, inner.length);
  }
  if (typeof data !== 'string') return undefined;
  // A short string of Python 2, one character for each byte: where it stands as it is, it can be replaced there.
  const header = place === undefined ? undefined : OPCODE_OF_TEXT.get((await file.read(place, 1))[0]!);
  if (place !== undefined && header?.encoding === 'latin1') {
    return fileBytes(file, place + header.bytes, data.length);
  }
  return memoryBytes(file.path, Buffer.from(data, 'latin1'));
}
