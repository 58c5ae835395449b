import { dirname, resolve } from 'node:path';
import { InputFileError, UsageError } from '../errors.js';
import { writeFileAtomically } from '../files/atomic-write.js';
import { makeFolder } from '../files/folders.js';
import { withLock } from '../files/lock.js';
import { sha256OfFile } from '../files/sha256.js';
import { BUNDLED_MODELS } from './bundled.js';
import { forget, forgetPart, lockPath } from './cache.js';
import { type ModelEntry, requireModelName, SHA256, urlFault } from './entry.js';
import { manifestPath } from './homes.js';
import { knownModels, readManifest } from './manifest.js';
import type { Manifest } from './manifest-schema.js';
import { requireKnown } from './resolve.js';

export interface AddOptions {
  /** Checked now for a path, at the download for an address; upper case is fine. */
  readonly sha256?: string;
  readonly licence?: string;
  /** Replace an entry of that name. */
  readonly force?: boolean;
}

/**
 * Gives a name to a file or an address, in the user's manifest. A file stays where it is; its hash is recorded.
 *
 * @throws UsageError `MODEL_NAME`, `NAME_TAKEN`, `MODEL_URL`, `SHA256_MALFORMED`; InputFileError `HASH_MISMATCH` and
 *   as reading the file and the manifest; OutputError where the manifest cannot be written
 */
export async function addModel(name: string, target: string, options: AddOptions = {}): Promise<ModelEntry> {
  requireModelName(name);
  if (BUNDLED_MODELS.includes(name)) {
    throw new UsageError(
      'NAME_TAKEN',
      `${name}: this is the name of a generator that comes with the program`,
    );
  }
  const sha256 = options.sha256?.toLowerCase();
  if (sha256 !== undefined && !SHA256.test(sha256)) {
    throw new UsageError(
      'SHA256_MALFORMED',
      `\`sha256\`: expected 64 hexadecimal digits, found ${sha256.length} characters`,
    );
  }
  requireFree(readManifest(), name, options.force);
  const place = await placeOf(target, sha256);
  const entry: ModelEntry = {
    kind: knownModels().get(name)?.kind ?? 'generator',
    ...place,
    ...(options.licence === undefined ? {} : { licence: options.licence }),
  };
  await changeManifest((manifest) => {
    requireFree(manifest, name, options.force);
    return { ...manifest.models, [name]: entry };
  });
  return entry;
}

/**
 * Forgets a model: its entry in the user's manifest, its download, and the beginnings of one. A built-in entry itself
 * stays, and a local file is never touched. Returns the files that are gone.
 *
 * @throws UsageError `UNKNOWN_MODEL`, `MODEL_IS_BUNDLED`; OutputError
 */
export async function removeModel(name: string, options: { signal?: AbortSignal } = {}): Promise<string[]> {
  const { origin, url } = requireKnown(name);
  const removed: string[] = [];
  if (url !== undefined) {
    // Not while somebody downloads it.
    await withLock(lockPath(url), options, async () => {
      removed.push(...(await forget(name)), ...(await forgetPart(url)));
    });
  }
  if (origin === 'user') {
    await changeManifest(({ models }) => {
      return Object.fromEntries(Object.entries(models).filter(([other]) => other !== name));
    });
  }
  return removed;
}

async function placeOf(target: string, sha256: string | undefined): Promise<Partial<ModelEntry>> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) {
    const path = resolve(target);
    const found = await sha256OfFile(path);
    if (sha256 === undefined || found === sha256) return { path, sha256: found };
    throw new InputFileError('HASH_MISMATCH', `${target}: expected SHA-256 ${sha256}, found ${found}`);
  }
  const fault = urlFault(target);
  if (fault !== undefined) throw new UsageError('MODEL_URL', fault);
  // As the URL standard writes it, so that one address has one spelling.
  return { url: new URL(target).href, ...(sha256 === undefined ? {} : { sha256 }) };
}

function requireFree({ models }: Manifest, name: string, force: boolean | undefined): void {
  if (force === true || !Object.hasOwn(models, name)) return;
  throw new UsageError('NAME_TAKEN', `${name}: the manifest has a model of this name already`, {
    hint: `choose another name, replace it with \`force\`, or: blend models remove ${name}`,
  });
}

/** Reads, changes and writes the manifest while nobody else does. */
async function changeManifest(change: (manifest: Manifest) => Manifest['models']): Promise<void> {
  const path = manifestPath();
  await makeFolder(dirname(path));
  await withLock(`${path}.lock`, {}, async () => {
    const manifest = readManifest();
    const changed = { ...manifest, models: change(manifest) };
    await writeFileAtomically(path, Buffer.from(`${JSON.stringify(changed, null, 2)}\n`), { force: true });
  });
}
