import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { resolveModel } from '../../checkpoint/names.js';
import { InputFileError } from '../../errors.js';
import { readLineLog } from '../../files/line-log.js';
import { sha256OfFile } from '../../files/sha256.js';
import { JOURNAL_NAME } from './inputs.js';
import { SUFFIX } from './outputs.js';

/**
 * Finds the picture that a result was made from: where the journal beside the result says, or near the result under
 * its old name. Only the very same content counts.
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
    hint: 'name it: toonify --again RESULT PICTURE',
  });
}

/** photos-toons/sub -> photos/sub. */
function sourceFolder(folder: string): string {
  const parts = resolve(folder).split(/[/\\]/);
  const at = parts.findLastIndex((part) => part.endsWith(`${SUFFIX}s`));
  return at < 0 ? folder : parts.with(at, parts[at]!.slice(0, -SUFFIX.length - 1)).join('/');
}

/** Paths of the input that the journals beside and above a result give. */
async function journalled(result: string): Promise<string[]> {
  const paths: string[] = [];
  for (let folder = dirname(resolve(result)), depth = 0; depth < 4; folder = dirname(folder), depth++) {
    for (const { input, output } of (await readLineLog(join(folder, JOURNAL_NAME))).reverse()) {
      if (typeof input !== 'string' || typeof output !== 'string') continue;
      if (resolve(folder, output) === resolve(result)) paths.push(resolve(folder, input));
    }
  }
  return [...new Set(paths)];
}

/**
 * What to open a model by: its name where that is known, else a file of that name here, near the result, or where the
 * journal beside the result says. Whether it is the right one, its hash says later.
 */
export async function findModel(result: string, name: string, role: string): Promise<string> {
  if (isKnown(name)) return name;
  const folder = dirname(result);
  const near = ['.', folder, dirname(resolve(folder))].map((place) => join(place, name));
  const runs = (await readLineLog(join(folder, JOURNAL_NAME))).flatMap(({ models }) => {
    const path = (models as Readonly<Record<string, unknown>> | undefined)?.[role];
    return typeof path === 'string' && basename(path) === name ? [path] : [];
  });
  const found = [...near, ...runs.reverse()].find((path) => existsSync(path));
  if (found !== undefined) return resolve(found);
  throw new InputFileError(
    'MODEL_NOT_FOUND',
    `${result}: ${JSON.stringify(name)}, its ${role}, is not found`,
    {
      hint: `say where it is with --${role}`,
    },
  );
}

function isKnown(name: string): boolean {
  try {
    return !/[/\\.]/.test(name) && existsSync(resolveModel(name).path);
  } catch {
    return false;
  }
}
