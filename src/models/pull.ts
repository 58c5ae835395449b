import { rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputFileError, UsageError } from '../errors.js';
import { makeFolder } from '../files/folders.js';
import { withLock } from '../files/lock.js';
import { outputError } from '../files/output-errors.js';
import { sha256OfFile } from '../files/sha256.js';
import { BUNDLED_MODELS, bundledPath } from './bundled.js';
import {
  type CacheRecord,
  cachedPath,
  lockPath,
  objectPath,
  partPath,
  recordOf,
  writeRecord,
} from './cache.js';
import { type DownloadOptions, download } from './download/download.js';
import { dropPart } from './download/part.js';
import type { KnownModel } from './entry.js';
import { howToGet, requireKnown } from './resolve.js';

/** What one has to know and agree to before a file is downloaded. */
export interface Terms {
  readonly name: string;
  readonly url: string;
  /** Undefined where nobody has written it down. */
  readonly licence: string | undefined;
  readonly source: string | undefined;
  readonly description: string | undefined;
}

export interface PullOptions extends DownloadOptions {
  /** Whether the terms are accepted: known already, or asked for when a download is due. */
  readonly accept: boolean | ((terms: Terms) => Promise<boolean>);
  /** Download nothing. */
  readonly offline?: boolean;
  /** Called once, where another process downloads the same file. */
  readonly onWait?: (pid: number) => void;
}

export interface PulledModel {
  /** What the model is asked for by. */
  readonly name: string;
  /** Its file. */
  readonly path: string;
  /** Undefined for files that are not in the cache. */
  readonly sha256: string | undefined;
  /** False where the file was here already. */
  readonly downloaded: boolean;
}

/**
 * Makes sure that a model's file is on this machine: downloads it into the cache where it is not there yet. Its hash
 * is compared with that of the manifest, else with that of an earlier download, else recorded.
 *
 * @throws UsageError `UNKNOWN_MODEL`, `MODEL_BY_HAND`, `OFFLINE`, `LICENCE_NOT_ACCEPTED`; InputFileError
 *   `HASH_MISMATCH`, `DOWNLOAD_…`; OutputError where the cache cannot be written; AbortedError
 */
export async function pullModel(name: string, options: PullOptions): Promise<PulledModel> {
  if (BUNDLED_MODELS.includes(name)) return here(name, bundledPath(name));
  const model = requireKnown(name);
  if (model.path !== undefined) return here(name, model.path);
  const url = requireUrl(model);
  const found = cachedPath(model) ?? (await adopt(model, url));
  if (found !== undefined) return here(name, found, model);
  if (options.offline === true) {
    throw new UsageError('OFFLINE', `${name}: would have to be downloaded from ${url}`, {
      hint: 'leave out `offline`',
    });
  }
  await requireAcceptance(model, url, options.accept);
  return withLock(lockPath(url), options, async (requireHeld) => {
    // Another process may have done it while this one waited.
    const meanwhile = cachedPath(model) ?? (await adopt(model, url));
    if (meanwhile !== undefined) return here(name, meanwhile, model);
    const part = partPath(url);
    await download(url, part, options);
    await requireHeld();
    const record = await store(model, url, part);
    return { name, path: objectPath(record.sha256), sha256: record.sha256, downloaded: true };
  });
}

function here(name: string, path: string, model?: KnownModel): PulledModel {
  const sha256 = model === undefined ? undefined : recordOf(model)?.sha256;
  return { name, path, sha256, downloaded: false };
}

/** A file of that hash may be in the cache under another name. */
async function adopt(model: KnownModel, url: string): Promise<string | undefined> {
  if (model.sha256 === undefined) return undefined;
  const path = objectPath(model.sha256);
  const stats = await stat(path).catch(() => undefined);
  // What the name says of the content is only as good as the disk.
  if (stats === undefined || (await sha256OfFile(path)) !== model.sha256) return undefined;
  await writeRecord(model.name, { sha256: model.sha256, bytes: stats.size, url });
  return path;
}

/** Gives a complete download its place in the cache, under its hash and then under its name. */
async function store(model: KnownModel, url: string, part: string): Promise<CacheRecord> {
  const [sha256, { size }] = await Promise.all([sha256OfFile(part), stat(part)]);
  const expected = model.sha256 ?? recordOf(model)?.sha256;
  if (expected !== undefined && sha256 !== expected) {
    await dropPart(part);
    throw mismatch(model, url, expected, sha256);
  }
  const path = objectPath(sha256);
  await makeFolder(dirname(path));
  await rename(part, path).catch((error) => {
    throw outputError(path, error);
  });
  await dropPart(part);
  const record = { sha256, bytes: size, url };
  await writeRecord(model.name, record);
  return record;
}

function mismatch(
  { name, sha256 }: KnownModel,
  url: string,
  expected: string,
  found: string,
): InputFileError {
  const hint =
    sha256 === undefined
      ? `the file has changed since the first download; if that is expected: blend models remove ${name}, then pull`
      : 'the download is damaged or another file; pull again, and ask the source where it stays so';
  return new InputFileError('HASH_MISMATCH', `${url}: expected SHA-256 ${expected}, found ${found}`, {
    hint,
  });
}

function requireUrl(model: KnownModel): string {
  if (model.url !== undefined) return model.url;
  throw new UsageError('MODEL_BY_HAND', `${model.name}: cannot be downloaded by a program`, {
    hint: howToGet(model),
  });
}

async function requireAcceptance(
  model: KnownModel,
  url: string,
  accept: PullOptions['accept'],
): Promise<void> {
  const { name, licence, source, description } = model;
  const accepted =
    typeof accept === 'boolean' ? accept : await accept({ name, url, licence, source, description });
  if (accepted) return;
  const terms = licence ?? 'not stated';
  throw new UsageError(
    'LICENCE_NOT_ACCEPTED',
    `${name}: not downloaded; its licence: ${terms}; from ${url}`,
    {
      hint: 'if you agree to the licence, repeat the command with `acceptLicence`',
    },
  );
}
