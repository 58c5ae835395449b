import { createHash } from 'node:crypto';
import { AbortedError, InputFileError, throwIfAborted } from '../errors.js';
import { DIGEST_CHUNK_BYTES, digestOnThread } from './digest-thread.js';
import { openForReading } from './random-access.js';

/** Below this many bytes hashing is over before a worker thread has started (some 15 ms). */
const THREAD_FROM_BYTES = 4 * 1024 * 1024;

/**
 * SHA-256 of a file's bytes as lower-case hex. A large file is hashed on a thread of its own, so that the caller
 * can work on its tensors meanwhile.
 *
 * @throws InputFileError as `openForReading`; AbortedError
 */
export async function sha256OfFile(
  path: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  await using file = await openForReading(path);
  if (file.size >= THREAD_FROM_BYTES) {
    return await digestOnThread(path, 'sha256', signal).catch((cause) => {
      if (cause instanceof AbortedError) throw cause;
      throw new InputFileError('FILE_UNREADABLE', `${path}: cannot be read for hashing`, { cause });
    });
  }
  const hash = createHash('sha256');
  for (let at = 0; at < file.size; at += DIGEST_CHUNK_BYTES) {
    throwIfAborted(signal);
    hash.update(await file.read(at, Math.min(DIGEST_CHUNK_BYTES, file.size - at)));
  }
  return hash.digest('hex');
}
