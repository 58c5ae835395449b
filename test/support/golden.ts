import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '../../src/formats/safetensors/read.js';

/** Path of a file in fixtures/. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
}

/** Every tensor of a golden safetensors file. */
export async function goldenTensors(name: string): Promise<Map<string, Float32Array>> {
  const file = await openSafetensors(fixture(`golden/${name}`));
  const tensors = new Map<string, Float32Array>();
  for (const tensor of file.tensors.keys()) tensors.set(tensor, await file.read(tensor));
  await file.close();
  return tensors;
}

export function goldenBytes(name: string): Promise<Buffer> {
  return readFile(fixture(`golden/${name}`));
}

/** Largest absolute difference. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** |a - b| / |b|, Euclidean. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}
