import { sha256OfFile } from '../../files/sha256.js';
import { readPictureBytes } from '../../picture/decode.js';
import { pictureMetadata } from '../../picture/picture-metadata.js';

/** The key of a result's metadata under which it says what it was made from. */
export const RESULT_KEY = 'toonify';

/** Raised when equal settings give other results. */
export const RECORD_VERSION = 1;

/** Everything that determines a result, apart from the input's content. Plain JSON values. */
export type Settings = Readonly<Record<string, unknown>>;

/** What a result carries along: a later run finds out by it whether there is anything left to do. */
export async function recordFor(inputPath: string, settings: Settings): Promise<Record<string, string>> {
  return {
    [RESULT_KEY]: JSON.stringify({
      version: RECORD_VERSION,
      input: await sha256OfFile(inputPath),
      ...settings,
    }),
  };
}

/** How far a picture could be found again; for people and for the next run's report, not for comparing. */
export function qualityEntries(quality: { distance: number; psnr: number }): Record<string, string> {
  return { distance: String(quality.distance), psnr: String(quality.psnr) };
}

export interface Finished {
  readonly distance: number;
  readonly psnr: number;
}

/** What a file at the output's place is: a result of this very input and these settings, or something else. */
export async function finishedResult(
  outputPath: string,
  inputPath: string,
  settings: Settings,
): Promise<Finished | undefined> {
  const found = await metadataOf(outputPath);
  if (found?.[RESULT_KEY] === undefined) return undefined;
  const expected = await recordFor(inputPath, settings);
  if (found[RESULT_KEY] !== expected[RESULT_KEY]) return undefined;
  return { distance: Number(found['distance']), psnr: Number(found['psnr']) };
}

/** Whether a picture's metadata has an entry, such as that of a result of this program, of whatever input. */
export async function hasRecord(path: string, key: string): Promise<boolean> {
  return (await metadataOf(path))?.[key] !== undefined;
}

/** How many results of this input and these settings there are, one for each face, where `path` is the first one. */
export async function facesOfResult(path: string): Promise<number> {
  try {
    const { of } = JSON.parse((await metadataOf(path))?.[RESULT_KEY] ?? '{}') as { of?: unknown };
    return typeof of === 'number' && Number.isInteger(of) ? of : 0;
  } catch {
    return 0;
  }
}

async function metadataOf(path: string): Promise<Record<string, string> | undefined> {
  const bytes = await readPictureBytes(path).catch(() => undefined);
  return bytes === undefined ? undefined : pictureMetadata(bytes);
}
