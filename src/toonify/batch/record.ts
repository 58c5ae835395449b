import { isDeepStrictEqual } from 'node:util';
import { sha256OfFile } from '../../files/sha256.js';
import { readJson } from '../../json/read.js';
import { readPictureBytes } from '../../picture/decode.js';
import { pictureMetadata } from '../../picture/picture-metadata.js';
import { RECORD_VERSION, type ToonRecord, toonRecord } from './record-schema.js';

/** The key of a result's metadata under which it says what it was made from. */
export const RESULT_KEY = 'toonify';

/** Everything that determines a result, apart from the input's content. */
export type Settings = Omit<ToonRecord, 'version' | 'input'>;

/** What a result carries along: a later run finds out by it whether there is anything left to do. */
export async function recordFor(inputPath: string, settings: Settings): Promise<Record<string, string>> {
  const record = { version: RECORD_VERSION, input: await sha256OfFile(inputPath), ...settings };
  // In the order of the schema, as it is when it is read back.
  return { [RESULT_KEY]: JSON.stringify(toonRecord.parse(record)) };
}

/** The settings that a result's metadata carries; undefined where there are none that are understood. */
export function recordOf(metadata: Readonly<Record<string, string>> | undefined): ToonRecord | undefined {
  return readJson(toonRecord, metadata?.[RESULT_KEY]);
}

/** How far a picture could be found again; for people and for the next run's report, not for comparing. */
export function qualityEntries(quality: { distance: number; psnr: number }): Record<string, string> {
  return { distance: String(quality.distance), psnr: String(quality.psnr) };
}

export interface Finished {
  readonly distance: number;
  readonly psnr: number;
}

/** What a file at the output's place is: a result of this input and these settings, or something else. */
export async function finishedResult(
  outputPath: string,
  inputPath: string,
  settings: Settings,
): Promise<Finished | undefined> {
  const metadata = await metadataOf(outputPath);
  const found = recordOf(metadata);
  if (found === undefined) return undefined;
  const expected = recordOf(await recordFor(inputPath, settings));
  if (!isDeepStrictEqual(found, expected)) return undefined;
  return { distance: Number(metadata!['distance']), psnr: Number(metadata!['psnr']) };
}

/** Whether a picture's metadata has an entry, such as that of a result of this program, of whatever input. */
export async function hasRecord(path: string, key: string): Promise<boolean> {
  return (await metadataOf(path))?.[key] !== undefined;
}

/**
 * How many results of one input and one set of settings there are, one for each face, where `path` is the first one.
 */
export async function facesOfResult(path: string): Promise<number> {
  return recordOf(await metadataOf(path))?.of ?? 0;
}

async function metadataOf(path: string): Promise<Record<string, string> | undefined> {
  const bytes = await readPictureBytes(path).catch(() => undefined);
  return bytes === undefined ? undefined : pictureMetadata(bytes);
}
