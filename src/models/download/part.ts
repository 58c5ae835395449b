import { readFile, rm, stat } from 'node:fs/promises';
import { writeFileAtomically } from '../../files/atomic-write.js';
import { outputError } from '../../files/output-errors.js';
import { fieldsOf } from '../../json/fields.js';

/** The beginning of a download. */
export interface Part {
  /** Bytes that are here already. */
  readonly bytes: number;
  /** Goes into If-Range: the server then sends the rest only of the file that this is the beginning of. */
  readonly validator: string;
}

/** What is kept beside a part. */
interface PartState {
  readonly url: string;
  readonly validator: string;
}

/** The part that can be continued, or undefined where the download has to begin at the beginning. */
export async function readPart(path: string, url: string): Promise<Part | undefined> {
  const state = fieldsOf(await readFile(statePath(path), 'utf8').catch(() => ''));
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  if (state['url'] !== url || typeof state['validator'] !== 'string' || bytes === 0) return undefined;
  return { bytes, validator: state['validator'] };
}

/** Remembers what a new part is the beginning of; without a validator it cannot be continued. */
export async function writePartState(
  path: string,
  url: string,
  validator: string | undefined,
): Promise<void> {
  if (validator === undefined) return rm(statePath(path), { force: true });
  const state: PartState = { url, validator };
  await writeFileAtomically(statePath(path), Buffer.from(JSON.stringify(state)), { force: true });
}

/** Deletes a part. */
export async function dropPart(path: string): Promise<void> {
  // The state first: a part without one is never continued, a state without a part neither.
  for (const file of [statePath(path), path]) {
    await rm(file, { force: true }).catch((error) => {
      throw outputError(file, error);
    });
  }
}

/**
 * What identifies this version of a file: a strong ETag, else the date. A weak ETag promises no equal bytes.
 */
export function validatorOf(headers: {
  readonly etag?: string;
  readonly 'last-modified'?: string | undefined;
}): string | undefined {
  const { etag } = headers;
  if (etag !== undefined && /^"[\x21\x23-\x7e]*"$/.test(etag)) return etag;
  return headers['last-modified'];
}

function statePath(path: string): string {
  return `${path}.json`;
}
