import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from '../../files/crc32.js';
import type { Shape } from '../../graph/index.js';
import { fieldsOf, isCount } from '../../json/fields.js';
import { checksumOfFile } from './checksum.js';
import { bytesOf } from './folder-size.js';

// The cache: a folder for each compiled program, called by the hash of its key, with
//   model.onnx     the graph, as the runtime has optimised it where it can write that down
//   weights.bin    its large constants, in the order in which kernels read them: mapped into memory, not read
//   about.json     lengths and checksums of both, and the program's inputs
// Folders are put together beside their place and renamed, so that a place holds a whole one or none. What does not
// match its checksum is deleted and made again. Each use touches the folder; the longest unused ones go first.

export interface CompiledCache {
  readonly folder: string;
  /** Default: 2 GiB. */
  readonly limitBytes?: number;
}

/** Some fifteen generators of 1024 px to render with, or four to search with. */
const DEFAULT_LIMIT_BYTES = 2 * 2 ** 30;

/** A compiled program in the cache. */
export interface CompiledEntry {
  readonly modelPath: string;
  readonly inputs: ReadonlyMap<string, Shape>;
  /** Whether the weights are what was kept; they are looked through while the caller makes use of them. */
  readonly isWhole: Promise<boolean>;
}

/** What is to be kept. */
export interface CompiledParts {
  readonly model: Uint8Array;
  readonly weights: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly inputs: ReadonlyMap<string, Shape>;
  /** Replaces the model's file, beside which the weights lie, by what the runtime makes of it, where it can. */
  optimise?(modelPath: string): Promise<void>;
}

export const WEIGHTS_FILE = 'weights.bin';

const MODEL_FILE = 'model.onnx';
const ABOUT_FILE = 'about.json';

/** Of this description; others are made again. */
const FORMAT = 2;

/** Far more than a description takes. */
const MAX_ABOUT_BYTES = 1 << 20;

/** A folder that is being put together for longer than this belongs to a process that has died. */
const STALE_MS = 60 * 60_000;

interface FileDescription {
  readonly bytes: number;
  readonly crc32: number;
}

interface About {
  readonly format: number;
  readonly inputs: readonly (readonly [string, Shape])[];
  readonly files: Readonly<Record<string, FileDescription>>;
  /** Of the two above, as text. */
  readonly crc32: number;
}

/** The program that was kept under a key, if it is there. */
export async function findCompiled(cache: CompiledCache, key: string): Promise<CompiledEntry | undefined> {
  const folder = folderOf(cache, key);
  const about = await readAbout(folder);
  if (about === undefined) return undefined;
  const matches = async (name: string) => {
    const { bytes, crc32: expected } = about.files[name] ?? {};
    const found = await checksumOfFile(join(folder, name), bytes ?? -1).catch(() => undefined);
    return found !== undefined && found === expected;
  };
  // Begun first: opening a session leaves this thread no time to start another one.
  const isWhole = matches(WEIGHTS_FILE);
  if (!(await matches(MODEL_FILE))) {
    await forgetCompiled(cache, key);
    return undefined;
  }
  const now = new Date();
  await utimes(folder, now, now).catch(() => {});
  return {
    modelPath: join(folder, MODEL_FILE),
    inputs: new Map(about.inputs),
    isWhole,
  };
}

/** Deletes what is kept under a key. */
export async function forgetCompiled(cache: CompiledCache, key: string): Promise<void> {
  await rm(folderOf(cache, key), { recursive: true, force: true }).catch(() => {});
}

/** Keeps a program, and makes room for it. undefined where that is not possible: the disk is full, or read-only. */
export async function keepCompiled(
  cache: CompiledCache,
  key: string,
  { model, weights, inputs, optimise }: CompiledParts,
): Promise<CompiledEntry | undefined> {
  const folder = folderOf(cache, key);
  const temporary = `${folder}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    const modelPath = join(temporary, MODEL_FILE);
    await write(modelPath, [{ offset: 0, bytes: model }]);
    const weightsFile = await write(join(temporary, WEIGHTS_FILE), weights);
    await optimise?.(modelPath);
    const files = { [MODEL_FILE]: await describe(modelPath), [WEIGHTS_FILE]: weightsFile };
    const described = { format: FORMAT, inputs: [...inputs], files };
    const about: About = { ...described, crc32: ownChecksum(described) };
    await write(join(temporary, ABOUT_FILE), [{ offset: 0, bytes: Buffer.from(JSON.stringify(about)) }]);
    await publish(temporary, folder);
    await prune(cache, folder);
    return { modelPath: join(folder, MODEL_FILE), inputs, isWhole: Promise.resolve(true) };
  } catch {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    return undefined;
  }
}

/** Empties the cache. Returns the bytes that are free again. */
export async function clearCompiled({ folder }: Pick<CompiledCache, 'folder'>): Promise<number> {
  const bytes = await bytesOf(folder);
  // Another process may just be putting something into it.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
  return bytes ?? 0;
}

function folderOf(cache: CompiledCache, key: string): string {
  return join(cache.folder, createHash('sha256').update(key).digest('hex').slice(0, 40));
}

async function readAbout(folder: string): Promise<About | undefined> {
  try {
    const path = join(folder, ABOUT_FILE);
    if ((await stat(path)).size > MAX_ABOUT_BYTES) return undefined;
    const { format, inputs, files, crc32 } = fieldsOf(await readFile(path, 'utf8'));
    if (format !== FORMAT || !areInputs(inputs) || !areFiles(files)) return undefined;
    return crc32 === ownChecksum({ inputs, files }) ? { format, inputs, files, crc32 } : undefined;
  } catch {
    return undefined;
  }
}

function areInputs(value: unknown): value is About['inputs'] {
  const isShape = (shape: unknown) => Array.isArray(shape) && shape.every(isCount);
  const isInput = (input: unknown) =>
    Array.isArray(input) && input.length === 2 && typeof input[0] === 'string' && isShape(input[1]);
  return Array.isArray(value) && value.every(isInput);
}

function areFiles(value: unknown): value is About['files'] {
  const isFile = ({ bytes, crc32 }: Partial<FileDescription>) => isCount(bytes) && isCount(crc32);
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((file) => isFile(Object(file)))
  );
}

function ownChecksum({ inputs, files }: Pick<About, 'inputs' | 'files'>): number {
  return crc32(Buffer.from(JSON.stringify([inputs, files])));
}

async function describe(path: string): Promise<FileDescription> {
  const bytes = await readFile(path);
  return { bytes: bytes.length, crc32: crc32(bytes) };
}

/** Writes parts in order, with zeros between them. */
async function write(path: string, parts: CompiledParts['weights']): Promise<FileDescription> {
  const handle = await open(path, 'wx', 0o600);
  try {
    const end = { bytes: 0, crc32: 0 };
    for (const { offset, bytes } of parts) {
      if (offset > end.bytes) await append(handle, end, new Uint8Array(offset - end.bytes));
      await append(handle, end, bytes);
    }
    return end;
  } finally {
    await handle.close();
  }
}

async function append(
  handle: FileHandle,
  end: { bytes: number; crc32: number },
  bytes: Uint8Array,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, end.bytes + done);
    done += bytesWritten;
  }
  end.crc32 = crc32(bytes, end.crc32);
  end.bytes += bytes.length;
}

/** Gives a folder its name, unless another process was quicker: then its own will do. */
async function publish(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch {
    if ((await readAbout(folder)) !== undefined) {
      await rm(temporary, { recursive: true, force: true });
      return;
    }
    // What is there is damaged. It is moved away in one step, so that nobody finds a half of it.
    const aside = `${folder}.${randomBytes(6).toString('hex')}.tmp`;
    await rename(folder, aside).catch(() => {});
    await rename(temporary, folder);
    await rm(aside, { recursive: true, force: true }).catch(() => {});
  }
}

/** Deletes what was not used for longest until the rest is small enough, but never what was made just now. */
async function prune(
  { folder, limitBytes = DEFAULT_LIMIT_BYTES }: CompiledCache,
  latest: string,
): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const used = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
      return { path, used, bytes: (await bytesOf(path)) ?? 0 };
    }),
  );
  entries.sort((a, b) => b.used - a.used);
  let total = 0;
  for (const { path, used, bytes } of entries) {
    const isOpen = path.endsWith('.tmp');
    if (isOpen && Date.now() - used < STALE_MS) continue;
    total += bytes;
    if (path === latest || (!isOpen && total <= limitBytes)) continue;
    // On Windows a folder whose files another process has mapped stays; the next one tries again.
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
