import { InputFileError } from '../../errors.js';
import { elementCount } from '../../numbers/shape.js';
import { BYTES_PER_ELEMENT, type StoredDType, type WrittenDType } from '../dtype.js';

/**
 * The header of a safetensors file, as https://github.com/huggingface/safetensors describes it:
 *
 *     u64 N, N bytes of JSON { name: { dtype, shape, data_offsets: [begin, end] }, __metadata__: {…} }, data
 *
 * Everything in it is a claim about the file, and checked.
 */

/** The format's own limit. */
export const MAX_HEADER_BYTES = 100_000_000;

/** Convolution kernels have 4 dimensions; video networks have 5. */
const MAX_RANK = 16;

/** Offsets are relative to the data part in the file; here they are positions in the file. */
export interface SafetensorsTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: StoredDType;
  /** Position of the first byte in the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPES: ReadonlyMap<string, StoredDType> = new Map([
  ['F64', 'f64'],
  ['F32', 'f32'],
  ['F16', 'f16'],
  ['BF16', 'bf16'],
  ['I64', 'i64'],
  ['I32', 'i32'],
  ['I16', 'i16'],
  ['I8', 'i8'],
  ['U8', 'u8'],
  ['BOOL', 'bool'],
]);

/**
 * Parses and checks a header.
 *
 * @param json the header's bytes, without the length in front
 * @param fileSize bytes of the whole file
 * @throws InputFileError `SAFETENSORS_DAMAGED`, `SAFETENSORS_DTYPE`
 */
export function parseHeader(path: string, json: Uint8Array, fileSize: number): SafetensorsHeader {
  const damaged = (what: string) => new InputFileError('SAFETENSORS_DAMAGED', `${path}: ${what}`);
  let text: string;
  let root: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
    root = JSON.parse(text);
  } catch (cause) {
    throw new InputFileError('SAFETENSORS_DAMAGED', `${path}: the header is not valid JSON in UTF-8`, {
      cause,
    });
  }
  if (!isRecord(root)) throw damaged('the header is not a JSON object');

  const dataStart = 8 + json.length;
  const tensors = new Map<string, SafetensorsTensor>();
  let metadata: Record<string, string> = Object.create(null);
  let members = 0;
  for (const [name, entry] of Object.entries(root)) {
    if (!isRecord(entry)) throw damaged(`the header's entry ${name} is not an object`);
    members += 1 + Object.keys(entry).length;
    if (name === '__metadata__') metadata = parseMetadata(path, entry);
    else tensors.set(name, parseEntry(path, name, entry, dataStart));
  }
  // JSON.parse keeps the last of two members of the same name. Nothing else makes the numbers differ.
  if (members !== countMembers(text)) throw damaged('the header names something twice, or nests too deep');
  checkCoverage(path, tensors, dataStart, fileSize);
  return { tensors, metadata };
}

/** The header of a new file, with the length in front, padded so that the data starts at a multiple of 8. */
export function encodeHeader(
  tensors: readonly { name: string; shape: readonly number[] }[],
  metadata: Readonly<Record<string, string>>,
  dtype: WrittenDType,
): Uint8Array {
  const parts: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    parts.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let offset = 0;
  for (const { name, shape } of tensors) {
    const end = offset + elementCount(shape) * BYTES_PER_ELEMENT[dtype];
    const entry = { dtype: dtype.toUpperCase(), shape, data_offsets: [offset, end] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    offset = end;
  }
  return withLength(`{${parts.join(',')}}`);
}

/**
 * A header that has been checked, with other metadata.
 * @param json without the length in front
 * @param isKept the entries that stay as they are
 */
export function withMetadata(
  json: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  isKept: (key: string) => boolean,
): Uint8Array {
  const { __metadata__: own = {}, ...tensors } = JSON.parse(new TextDecoder().decode(json));
  const kept = Object.fromEntries(Object.entries(own).filter(([key]) => isKept(key)));
  const all = { ...metadata, ...kept };
  return withLength(
    JSON.stringify(Object.keys(all).length === 0 ? tensors : { __metadata__: all, ...tensors }),
  );
}

/** The length in front, and spaces behind, so that the data starts at a multiple of 8. */
function withLength(text: string): Uint8Array {
  const json = new TextEncoder().encode(text);
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}

function parseMetadata(path: string, entry: Record<string, unknown>): Record<string, string> {
  // Without a prototype, so that a key such as __proto__ is a key like any other.
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== 'string') {
      throw new InputFileError(
        'SAFETENSORS_DAMAGED',
        `${path}: metadata ${key}: expected a string, found ${kindOf(value)}`,
      );
    }
    metadata[key] = value;
  }
  return metadata;
}

function parseEntry(
  path: string,
  name: string,
  entry: Record<string, unknown>,
  dataStart: number,
): SafetensorsTensor {
  const fail = (expected: string, found: unknown) =>
    new InputFileError(
      'SAFETENSORS_DAMAGED',
      `${path}: ${name}: expected ${expected}, found ${excerpt(found)}`,
    );
  const { dtype: dtypeName, shape, data_offsets: offsets } = entry;
  if (Object.keys(entry).length !== 3) throw fail('dtype, shape and data_offsets', Object.keys(entry));
  const dtype = typeof dtypeName === 'string' ? DTYPES.get(dtypeName) : undefined;
  if (dtype === undefined) {
    throw new InputFileError(
      'SAFETENSORS_DTYPE',
      `${path}: ${name}: expected a dtype of ${[...DTYPES.keys()].join(', ')}, found ${excerpt(dtypeName)}`,
    );
  }
  if (!isCountList(shape) || shape.length > MAX_RANK) {
    throw fail(`a shape of at most ${MAX_RANK} non-negative integers`, shape);
  }
  if (!isCountList(offsets) || offsets.length !== 2) throw fail('data_offsets [begin, end]', offsets);
  const [begin = 0, end = 0] = offsets;
  // A product beyond 2^53 is inexact, but certainly larger than any file.
  const expected = elementCount(shape) * BYTES_PER_ELEMENT[dtype];
  if (expected !== end - begin) throw fail(`${expected} bytes for ${dtypeName} [${shape}]`, offsets);
  return { name, shape, dtype, offset: dataStart + begin, byteLength: expected };
}

/** The tensors have to fill the data part exactly: no holes, no overlaps, nothing behind them. */
function checkCoverage(
  path: string,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  dataStart: number,
  fileSize: number,
): void {
  const inOrder = [...tensors.values()].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  let position = dataStart;
  for (const { name, offset, byteLength } of inOrder) {
    if (offset !== position) {
      throw new InputFileError(
        'SAFETENSORS_DAMAGED',
        `${path}: ${name}: expected its data at byte ${position}, found it declared at byte ${offset}`,
      );
    }
    position += byteLength;
  }
  if (position !== fileSize) {
    const code = position > fileSize ? 'FILE_TRUNCATED' : 'SAFETENSORS_DAMAGED';
    throw new InputFileError(code, `${path}: expected ${position} bytes, found ${fileSize}`, {
      hint: 'the file is incomplete or damaged; copy or download it again',
    });
  }
}

/** Members of all objects in a valid JSON text: each has one colon outside of strings. */
function countMembers(json: string): number {
  let count = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x3a) count++;
  }
  return count;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value;
}

/** A value from the file, short enough for a message. */
function excerpt(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object';
  const text = Array.isArray(value) ? `[${value.slice(0, 8).map(excerpt)}]` : String(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
