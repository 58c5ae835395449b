import { openCheckpoint } from '../checkpoint/open.js';
import { throwIfAborted } from '../errors.js';
import { openForReading } from '../files/random-access.js';
import type { Context } from './outcome.js';

/** What two files have in common. */
export interface FileComparison {
  readonly sameFile: boolean;
  readonly tensors: number;
  /** Tensors that only one of them has, or that differ in a bit. */
  readonly different: readonly string[];
}

const CHUNK_BYTES = 2 * 1024 * 1024;

/** Compares two files byte by byte, and where these differ tensor by tensor. */
export async function compareFiles(
  a: string,
  b: string,
  { signal }: Pick<Context, 'signal'>,
): Promise<FileComparison> {
  const sameFile = await haveSameBytes(a, b, signal);
  const files = await Promise.all([openCheckpoint(a), openCheckpoint(b)]);
  try {
    const [first, second] = files;
    const names = [...new Set([...first.tensors.keys(), ...second.tensors.keys()])];
    const different: string[] = [];
    for (const name of sameFile ? [] : names) {
      throwIfAborted(signal);
      const isInBoth = first.tensors.has(name) && second.tensors.has(name);
      const [x, y] = isInBoth ? await Promise.all([first.read(name), second.read(name)]) : [];
      if (x === undefined || y === undefined || !bytes(x).equals(bytes(y))) different.push(name);
    }
    return { sameFile, tensors: names.length, different };
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

async function haveSameBytes(a: string, b: string, signal: AbortSignal): Promise<boolean> {
  const [first, second] = await Promise.all([openForReading(a), openForReading(b)]);
  try {
    if (first.size !== second.size) return false;
    for (let at = 0; at < first.size; at += CHUNK_BYTES) {
      throwIfAborted(signal);
      const length = Math.min(CHUNK_BYTES, first.size - at);
      const [x, y] = await Promise.all([first.read(at, length), second.read(at, length)]);
      if (!Buffer.from(x.buffer, x.byteOffset, length).equals(y)) return false;
    }
    return true;
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}
