import { OutputError } from '../errors.js';
import { elementCount } from '../numbers/shape.js';
import { BYTES_PER_ELEMENT, encodeElements, firstOverflow, swapByteOrder } from './dtype.js';
import { isContiguous, scatter } from './strides.js';
import { byteSpan, decodeSpan, rowMajor, type TensorView } from './tensor-view.js';

/** What putting values into a tensor's bytes came to. */
export interface PatchOutcome {
  /** Elements whose bytes were replaced. */
  readonly changed: number;
  /** Elements that the stored form cannot hold exactly: they were rounded to it. */
  readonly rounded: number;
}

/**
 * Puts new values into the bytes that a tensor spans, in the type, order and form in which they are stored. An
 * element that is read as its new value already keeps its bytes: 64-bit numbers lose nothing where nothing changes.
 *
 * @param bytes what the tensor spans, aligned to its elements; those of other tensors in between stay as they are
 * @param values row-major; not changed
 * @param claimed one entry for each element of the span, 1 for those that another tensor has written: where two
 *   tensors share elements, they have to agree on them
 * @throws OutputError `IN_PLACE_VALUE` for a value that the stored type does not have, `IN_PLACE_SHARED`
 */
export function patchSpan(
  path: string,
  name: string,
  view: TensorView,
  bytes: Uint8Array<ArrayBuffer>,
  values: Float32Array,
  claimed?: Uint8Array,
): PatchOutcome {
  const { shape, strides, dtype } = view;
  if (elementCount(shape) === 0) return { changed: 0, rounded: 0 };
  if (claimed === undefined && isPlainFloats(view)) return { changed: overwrite(bytes, values), rounded: 0 };
  const before = bitsOf(decodeSpan(view, bytes.slice()));
  const wanted = bitsOf(values);
  const isChanged = (i: number) => wanted[i] !== before[i];
  const { firstInSpan } = byteSpan(view);
  if (claimed !== undefined) claim(path, name, view, claimed, isChanged);

  let changed = 0;
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== before[i]) changed++;
  if (changed === 0) return { changed, rounded: 0 };

  const encoded = encode(path, name, view, values);
  let rounded = 0;
  if (!isExact(view)) {
    const stored = { ...view, first: 0, strides: rowMajor(shape) };
    const back = bitsOf(decodeSpan(stored, encoded.slice()));
    for (let i = 0; i < wanted.length; i++) if (isChanged(i) && wanted[i] !== back[i]) rounded++;
  }
  const size = BYTES_PER_ELEMENT[dtype];
  scatter(elements(bytes, size), elements(encoded, size), shape, strides, firstInSpan, isChanged);
  return { changed, rounded };
}

/** The usual case: row-major 32-bit floats. Nothing needs to be copied or converted. */
function isPlainFloats(view: TensorView): boolean {
  return view.dtype === 'f32' && isExact(view) && !view.bigEndian && isContiguous(view.shape, view.strides);
}

/** Replaces all elements; returns how many differed. */
function overwrite(bytes: Uint8Array<ArrayBuffer>, values: Float32Array): number {
  const target = new Uint32Array(bytes.buffer, bytes.byteOffset, values.length);
  const wanted = bitsOf(values);
  let changed = 0;
  for (let i = 0; i < wanted.length; i++) if (target[i] !== wanted[i]) changed++;
  if (changed > 0) target.set(wanted);
  return changed;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** Whether every value is stored as the number that it is. */
function isExact({ dtype, scale = 1, shift = 0 }: TensorView): boolean {
  return (dtype === 'f32' || dtype === 'f64') && scale === 1 && shift === 0;
}

/** Values in the stored type and byte order, row-major. */
function encode(path: string, name: string, view: TensorView, values: Float32Array): Uint8Array<ArrayBuffer> {
  const { dtype, scale = 1, shift = 0 } = view;
  const isPlain = scale === 1 && shift === 0;
  const stored = isPlain ? values : Float64Array.from(values, (value) => (value - shift) / scale);
  const narrow = dtype === 'f16' || dtype === 'bf16';
  const overflow = narrow ? firstOverflow(new Float32Array(stored), dtype) : -1;
  const encoded = overflow >= 0 ? undefined : encodeElements(stored, dtype);
  if (encoded === undefined) {
    throw new OutputError(
      'IN_PLACE_VALUE',
      `${path}: ${name}: expected values that ${dtype} can hold, as the container stores them, found others`,
      { hint: 'write another format, or choose a container that stores 32-bit floats' },
    );
  }
  if (view.bigEndian) swapByteOrder(encoded, BYTES_PER_ELEMENT[dtype]);
  return encoded;
}

/** Marks a tensor's elements. What another tensor has marked before must not change any more. */
function claim(
  path: string,
  name: string,
  view: TensorView,
  claimed: Uint8Array,
  isChanged: (i: number) => boolean,
): void {
  const { firstInSpan } = byteSpan(view);
  const marks = new Uint8Array(elementCount(view.shape)).fill(1);
  const changing = new Uint8Array(claimed.length);
  scatter(changing, marks, view.shape, view.strides, firstInSpan, isChanged);
  if (changing.some((isSet, i) => isSet === 1 && claimed[i] === 1)) {
    throw new OutputError(
      'IN_PLACE_SHARED',
      `${path}: ${name}: expected the values of another tensor that shares its storage, found different ones`,
      { hint: 'write another format, or choose a container whose tensors have storages of their own' },
    );
  }
  scatter(claimed, marks, view.shape, view.strides, firstInSpan, () => true);
}

function elements(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (size === 1) return bytes;
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (size === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  return new BigUint64Array(buffer, byteOffset, byteLength / 8);
}
