import {
  InputFileError,
  OutputError,
  type StyleganBlendError,
  throwIfAborted,
  UsageError,
} from '../../errors.js';
import { checkWritable } from '../../files/atomic-write.js';
import { fileIdentity, isInput } from '../../files/file-identity.js';
import type { Part, Parter } from '../parts.js';
import { numbered, SUFFIX } from './outputs.js';
import { type PictureFile, pictureFiles } from './picture-files.js';
import { type Finished, facesOfResult, finishedResult, RESULT_KEY, type Settings } from './record.js';

/** One result of a run, and what is to be done about it: of a picture, or of one of its faces. */
export type Item = {
  readonly input: string;
  readonly output?: string;
} & (
  | { readonly state: 'todo'; readonly part: Part }
  | { readonly state: 'finished'; readonly finished: Finished }
  | { readonly state: 'failed'; readonly error: StyleganBlendError }
);

export interface BatchPlanOptions {
  readonly out?: string;
  readonly recursive: boolean;
  readonly force: boolean;
  readonly settings: Settings;
  /** Files in the folders that are no pictures. */
  readonly except?: readonly string[];
  /** Files that are read beside the pictures. */
  readonly files: readonly string[];
  /** Makes what looks into pictures, once it is known how many there are. */
  readonly parter: (pictures: number) => Promise<Parter>;
  /** Called after each picture. */
  readonly onPicture?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** More faces than the detector gives. */
const MAX_FACES = 1000;

/**
 * Finds the pictures, their faces and their outputs, and looks at what is there already, before any long work.
 *
 * @throws InputFileError `PICTURES_MISSING`; UsageError and OutputError where `--out` cannot be written
 */
export async function planItems(paths: readonly string[], options: BatchPlanOptions): Promise<Item[]> {
  const { out, recursive, except, signal } = options;
  const { files } = await pictureFiles(paths, {
    out,
    recursive,
    suffix: SUFFIX,
    key: RESULT_KEY,
    except,
    signal,
  });
  const read = new Map<string, string>();
  for (const path of [...options.files, ...files.map((file) => file.path)]) {
    const id = await fileIdentity(path);
    if (id !== undefined) read.set(id, path);
  }
  const items: Item[] = [];
  const plan = { ...options, read, parter: await options.parter(files.length) };
  for (const [i, file] of files.entries()) {
    throwIfAborted(signal);
    items.push(...(await planPicture(file, plan)));
    options.onPicture?.(i + 1, files.length);
  }
  return items;
}

interface Plan extends Omit<BatchPlanOptions, 'parter'> {
  readonly parter: Parter;
  /** Files that are read, by their identity. */
  readonly read: ReadonlyMap<string, string>;
}

/** The results of one picture. A picture that is finished is not searched for faces again. */
async function planPicture({ path: input, output, isOneFile }: PictureFile, plan: Plan): Promise<Item[]> {
  if (typeof output !== 'string') return [{ input, state: 'failed', error: output }];
  const failed = (error: StyleganBlendError): Item[] => [{ input, output, state: 'failed', error }];
  try {
    const finished = await finishedItems(input, output, plan);
    if (finished !== undefined) return finished;
    // What is in the way now would be so after the search, too.
    if (isOneFile) await requireFree(output, plan);
    const parts = await plan.parter.partsOf(input, plan.signal);
    if (isOneFile && parts.length > 1) return failed(severalFaces(input, parts.length));
    const items = parts.map((part) => planPart(input, outputOf(output, part), part, plan));
    return await Promise.all(items);
  } catch (error) {
    if (isOfThisPicture(error)) return failed(error);
    throw error;
  }
}

/** What an earlier run with the same settings left of a picture, where that is all of it. */
async function finishedItems(input: string, output: string, { settings }: Plan): Promise<Item[] | undefined> {
  const single = await finishedResult(output, input, settings);
  if (single !== undefined) return [{ input, output, state: 'finished', finished: single }];
  const of = await facesOfResult(numbered(output, 1));
  if (of < 2 || of > MAX_FACES) return undefined;
  const items: Item[] = [];
  for (let number = 1; number <= of; number++) {
    const name = numbered(output, number);
    const finished = await finishedResult(name, input, { ...settings, number, of });
    if (finished === undefined) return undefined;
    items.push({ input, output: name, state: 'finished', finished });
  }
  return items;
}

async function planPart(input: string, output: string, part: Part, plan: Plan): Promise<Item> {
  try {
    const finished = await finishedResult(output, input, settingsOf(part, plan.settings));
    if (finished !== undefined) return { input, output, state: 'finished', finished };
    await requireFree(output, plan);
    return { input, output, state: 'todo', part };
  } catch (error) {
    if (isOfThisPicture(error)) return { input, output, state: 'failed', error };
    throw error;
  }
}

/** Everything that a part's result depends on beside the picture. */
export function settingsOf({ number, of }: Part, settings: Settings): Settings {
  return number === undefined ? settings : { ...settings, number, of };
}

function outputOf(output: string, { number }: Part): string {
  return number === undefined ? output : numbered(output, number);
}

/** Makes sure that nothing lies at an output's place, or that it may be replaced. */
async function requireFree(output: string, { force, read }: Plan): Promise<void> {
  const id = await fileIdentity(output);
  if (id === undefined) return;
  const replaced = read.get(id);
  if (replaced !== undefined) throw isInput(output, replaced);
  if (!force) {
    throw new OutputError(
      'OUTPUT_EXISTS',
      `${output}: exists already, made from another picture or other settings`,
      { hint: 'choose another place with `out`, or overwrite it with `force`' },
    );
  }
  await checkWritable(output, { force });
}

function severalFaces(input: string, count: number): InputFileError {
  return new InputFileError('FACES_SEVERAL', `${input}: expected one face, found ${count}`, {
    hint: 'choose one with `face`, put all of them back with `pasteBack`, or give a folder with `out`',
  });
}

function isOfThisPicture(error: unknown): error is StyleganBlendError {
  return (
    error instanceof OutputError ||
    error instanceof InputFileError ||
    (error instanceof UsageError && error.code === 'OUTPUT_IS_INPUT')
  );
}
