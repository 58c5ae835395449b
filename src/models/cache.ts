import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../files/atomic-write.js';
import { makeFolder } from '../files/folders.js';
import { outputError } from '../files/output-errors.js';
import { fieldsOf, isCount } from '../json/fields.js';
import { type KnownModel, MODEL_NAME, SHA256 } from './entry.js';
import { cacheFolder } from './homes.js';

// The cache:
//   sha256/ab/abcdef…       files under the hash of their content: two names of one file take its space once
//   names/NAME.json         which hash a name means; a file for each, so that no two processes write the same one
//   partial/KEY.part        a download that is under way or was interrupted; KEY is made from the address
//   partial/KEY.part.json   what has to be known to resume it
//   partial/KEY.lock        the process that downloads

/** What the cache knows about a name. */
export interface CacheRecord {
  readonly sha256: string;
  readonly bytes: number;
  /** Where it came from: when the manifest names another address, the record says nothing any more. */
  readonly url: string;
}

/** Far more than a record takes. */
const MAX_RECORD = 1 << 16;

export function objectPath(sha256: string): string {
  return join(cacheFolder(), 'sha256', sha256.slice(0, 2), sha256);
}

/** Where the download of an address is put together. */
export function partPath(url: string): string {
  return join(
    cacheFolder(),
    'partial',
    `${createHash('sha256').update(url).digest('hex').slice(0, 32)}.part`,
  );
}

/** Held while an address is downloaded, or what came from it is removed. */
export function lockPath(url: string): string {
  return partPath(url).replace(/part$/, 'lock');
}

function recordPath(name: string): string {
  return join(cacheFolder(), 'names', `${name}.json`);
}

/** What was recorded when a model was pulled. A record that cannot be read is as good as none. */
export function recordOf(model: KnownModel): CacheRecord | undefined {
  const record = readRecord(model.name);
  return record?.url === model.url ? record : undefined;
}

/** The file of a model that has been pulled; undefined where it has not, or where the manifest expects another. */
export function cachedPath(model: KnownModel): string | undefined {
  const record = recordOf(model);
  if (record === undefined || (model.sha256 ?? record.sha256) !== record.sha256) return undefined;
  const path = objectPath(record.sha256);
  // The whole content is what `verify` looks at; this costs nothing and sees what was cut off.
  return statSync(path, { throwIfNoEntry: false })?.size === record.bytes ? path : undefined;
}

/** @throws OutputError */
export async function writeRecord(name: string, record: CacheRecord): Promise<void> {
  const path = recordPath(name);
  await makeFolder(dirname(path));
  await writeFileAtomically(path, Buffer.from(`${JSON.stringify(record, null, 2)}\n`), { force: true });
}

/** Forgets a name, and its file where no other name means it. Returns the files that are gone. */
export async function forget(name: string): Promise<string[]> {
  const record = readRecord(name);
  await removeFile(recordPath(name));
  if (record === undefined || recordedHashes().has(record.sha256)) return [];
  const path = objectPath(record.sha256);
  return (await removeFile(path)) ? [path] : [];
}

/** Deletes the beginnings of a download. Returns the files that are gone. */
export async function forgetPart(url: string): Promise<string[]> {
  const part = partPath(url);
  await removeFile(`${part}.json`);
  return (await removeFile(part)) ? [part] : [];
}

async function removeFile(path: string): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  await rm(path, { force: true }).catch((error) => {
    throw outputError(path, error);
  });
  return true;
}

function recordedHashes(): Set<string | undefined> {
  const names = readdirSync(join(cacheFolder(), 'names')).map((file) => file.replace(/\.json$/, ''));
  return new Set(names.filter((name) => MODEL_NAME.test(name)).map((name) => readRecord(name)?.sha256));
}

function readRecord(name: string): CacheRecord | undefined {
  try {
    const path = recordPath(name);
    if (statSync(path).size > MAX_RECORD) return undefined;
    const { sha256, bytes, url } = fieldsOf(readFileSync(path, 'utf8'));
    // It becomes part of a path: nothing but a hash may get there.
    if (typeof sha256 !== 'string' || !SHA256.test(sha256)) return undefined;
    return isCount(bytes) && typeof url === 'string' ? { sha256, bytes, url } : undefined;
  } catch {
    return undefined;
  }
}
