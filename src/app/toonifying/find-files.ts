import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { InputFileError } from '../../errors.js';
import { readLineLog } from '../../files/line-log.js';
import { sha256OfFile } from '../../files/sha256.js';
import { JOURNAL_NAME } from '../../toonify/batch/inputs.js';
import { SUFFIX } from '../../toonify/batch/outputs.js';

/**
 * Finds the picture that a result was made from: where the journal beside the result says, or near the result under
 * its old name. Only the same content counts.
 * @throws InputFileError `INPUT_NOT_FOUND`
 */
export async function findInput(result: string, name: string | undefined, sha256: string): Promise<string> {
  const folder = dirname(result);
  const places = [folder, dirname(resolve(folder)), sourceFolder(folder), '.'];
  const near =
    name === undefined ? [] : [join(folder, name), ...places.map((place) => join(place, basename(name)))];
  for (const path of [...(await journalled(result)), ...near]) {
    if (existsSync(path) && (await sha256OfFile(path).catch(() => '')) === sha256) return path;
  }
  const what = name === undefined ? 'the picture' : JSON.stringify(basename(name));
  throw new InputFileError('INPUT_NOT_FOUND', `${result}: ${what} that it was made from is not found`, {
    hint: 'say where it is: beside the result, as the second picture',
  });
}

/** photos-toons/sub -> photos/sub. */
function sourceFolder(folder: string): string {
  const parts = resolve(folder).split(/[/\\]/);
  const at = parts.findLastIndex((part) => part.endsWith(`${SUFFIX}s`));
  return at < 0 ? folder : parts.with(at, parts[at]!.slice(0, -SUFFIX.length - 1)).join('/');
}

const pictureEntry = z.object({ input: z.string(), output: z.string() });

/** Paths of the input that the journals beside and above a result give. */
async function journalled(result: string): Promise<string[]> {
  const paths: string[] = [];
  for (let folder = dirname(resolve(result)), depth = 0; depth < 4; folder = dirname(folder), depth++) {
    for (const line of (await readLineLog(join(folder, JOURNAL_NAME))).reverse()) {
      const { data } = pictureEntry.safeParse(line);
      if (data === undefined || resolve(folder, data.output) !== resolve(result)) continue;
      paths.push(resolve(folder, data.input));
    }
  }
  return [...new Set(paths)];
}

const runEntry = z.object({ models: z.record(z.string(), z.string()) });

/**
 * Where models may be beside the usual places: above the result, and where the journal beside it says, the latest
 * first.
 */
export async function placesOfModels(
  result: string,
  names: Readonly<Record<string, string>>,
): Promise<(name: string) => string[]> {
  const folder = dirname(result);
  const runs = (await readLineLog(join(folder, JOURNAL_NAME))).reverse().flatMap((line) => {
    const { data } = runEntry.safeParse(line);
    return data === undefined ? [] : [data.models];
  });
  return (name) => {
    const file = names[name];
    if (file === undefined) return [];
    const journalled = runs.flatMap((models) => {
      const path = models[name];
      return path !== undefined && basename(path) === file ? [path] : [];
    });
    return [join(dirname(resolve(folder)), file), ...journalled];
  };
}
