import { throwIfAborted } from '../../errors.js';
import { openForReading } from '../../files/random-access.js';
import type { Checkpoint } from '../checkpoint.js';
import { openCheckpointFile } from '../checkpoint-file.js';
import { sameBits } from './same-bits.js';

/** What two files have in common. */
export interface FileComparison {
  /** Whether the files are the same, byte for byte. */
  readonly sameFile: boolean;
  /** How many tensors there are. */
  readonly tensors: number;
  /** Tensors that only one of them has, or that differ in a bit. */
  readonly different: readonly string[];
}

const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * Compares two files byte by byte, and where these differ tensor by tensor.
 * @param networks which to compare; the first of each file unless given
 */
export async function compareFiles(
  a: string,
  b: string,
  { networks, signal }: { networks?: readonly string[]; signal?: AbortSignal },
): Promise<FileComparison> {
  const sameFile = await haveSameBytes(a, b, signal);
  await using first = await openCheckpointFile(a);
  await using second = await openCheckpointFile(b);
  let tensors = 0;
  const different: string[] = [];
  for (const network of networks ?? [undefined]) {
    const [x, y] = await Promise.all([first.checkpoint(network), second.checkpoint(network)]);
    const names = [...new Set([...x.tensors.keys(), ...y.tensors.keys()])];
    tensors += names.length;
    const found = sameFile ? [] : await differing(x, y, names, signal);
    different.push(...found.map((name) => ((networks?.length ?? 1) > 1 ? `${network}/${name}` : name)));
  }
  return { sameFile, tensors, different };
}

async function differing(
  first: Checkpoint,
  second: Checkpoint,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const different: string[] = [];
  for (const name of names) {
    throwIfAborted(signal);
    const isInBoth = first.tensors.has(name) && second.tensors.has(name);
    const [x, y] = isInBoth ? await Promise.all([first.read(name), second.read(name)]) : [];
    if (x === undefined || y === undefined || !sameBits(x, y)) different.push(name);
  }
  return different;
}

async function haveSameBytes(a: string, b: string, signal: AbortSignal | undefined): Promise<boolean> {
  await using first = await openForReading(a);
  await using second = await openForReading(b);
  if (first.size !== second.size) return false;
  for (let at = 0; at < first.size; at += CHUNK_BYTES) {
    throwIfAborted(signal);
    const length = Math.min(CHUNK_BYTES, first.size - at);
    const [x, y] = await Promise.all([first.read(at, length), second.read(at, length)]);
    if (!Buffer.from(x.buffer, x.byteOffset, length).equals(y)) return false;
  }
  return true;
}
