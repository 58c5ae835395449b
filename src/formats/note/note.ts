/**
 * A note: metadata that a file carries beside its networks, `{ key: text }`, such as the recipe of a blend.
 * Safetensors has a place for metadata of its own. In a pickle a note follows the end (`trailer.ts`), in a zip
 * archive it is a file of its own (`zip-note.ts`); neither is looked at by Python's, torch's or NVIDIA's loaders.
 *
 * Notes are what a stranger wrote. They are bounded and checked, and one that is damaged is none: the weights are
 * sound without it.
 */
export type Metadata = Readonly<Record<string, string>>;

/** Metadata, or how to get it when the tensors have been written: hashes are computed meanwhile. */
export type LateMetadata = Metadata | (() => Promise<Metadata>);

/** A note that was found in a file. */
export interface Note {
  readonly metadata: Metadata;
  /** Position of its first byte. What follows it in a pickle is part of it. */
  readonly start: number;
}

/** Recipes of blends of blends take some 10 kB. */
export const MAX_NOTE_BYTES = 4 * 1024 * 1024;

const MAX_KEYS = 256;

/** Nothing for no metadata. */
export function encodeNote(metadata: Metadata): Buffer<ArrayBuffer> | undefined {
  const keys = Object.keys(metadata).sort();
  if (keys.length === 0) return undefined;
  const bytes = Buffer.from(JSON.stringify(Object.fromEntries(keys.map((key) => [key, metadata[key]]))));
  if (bytes.length > MAX_NOTE_BYTES || keys.length > MAX_KEYS) {
    throw new RangeError(`metadata: ${keys.length} keys, ${bytes.length} bytes`);
  }
  return bytes;
}

/** What a note says; undefined where it is damaged. */
export function decodeNote(bytes: Uint8Array): Metadata | undefined {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return undefined;
  const entries = Object.entries(root);
  if (entries.length > MAX_KEYS) return undefined;
  // Without a prototype, so that a key such as __proto__ is a key like any other.
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, value] of entries) {
    if (typeof value !== 'string') return undefined;
    metadata[key] = value;
  }
  return metadata;
}

export async function resolveMetadata(metadata: LateMetadata): Promise<Metadata> {
  return typeof metadata === 'function' ? metadata() : metadata;
}
