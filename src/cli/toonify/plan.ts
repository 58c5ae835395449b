import { dirname } from 'node:path';
import { InputFileError, OutputError, type StyleganBlendError } from '../../errors.js';
import { checkWritable } from '../../files/atomic-write.js';
import { checkFolder, fileIdentity, isInput } from '../outputs.js';
import { type Input, isFolder, listInputs } from './inputs.js';
import { destinationOf, outputsOf, SUFFIX } from './outputs.js';
import { type Finished, finishedResult, isResult, type Settings } from './record.js';

/** One picture of a run, and what is to be done about it. */
export type Item = {
  readonly input: string;
  readonly output?: string | undefined;
} & (
  | { readonly state: 'todo' }
  | { readonly state: 'finished'; readonly finished: Finished }
  | { readonly state: 'failed'; readonly error: StyleganBlendError }
);

export interface PlanOptions {
  readonly out?: string | undefined;
  readonly recursive: boolean;
  readonly force: boolean;
  readonly settings: Settings;
  /** Files that are read beside the pictures. */
  readonly files: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Finds the pictures and their outputs, and looks at what is there already, before any long work.
 *
 * @throws InputFileError `PICTURES_MISSING`; UsageError and OutputError where `--out` cannot be written
 */
export async function planItems(paths: readonly string[], options: PlanOptions): Promise<Item[]> {
  const { out, recursive, signal } = options;
  const areFolders = await Promise.all(paths.map(isFolder));
  const folders = paths.filter((_, i) => areFolders[i]);
  const pictures = paths.filter((_, i) => !areFolders[i]);
  const destination = await destinationOf(out, folders, pictures);
  const places = destination.kind === 'file' ? [dirname(destination.path)] : destination.all;
  for (const folder of places) await checkFolder(folder);

  const listed = await listInputs(paths, {
    recursive,
    signal,
    except: destination.kind === 'file' ? [] : places,
  });
  const inputs = await withoutResults(listed);
  if (inputs.length === 0) {
    throw new InputFileError('PICTURES_MISSING', `${paths.join(', ')}: expected pictures, found no files`, {
      hint: recursive ? 'hidden files are left out' : 'pictures in sub-folders are taken with --recursive',
    });
  }
  const outputs = outputsOf(inputs, destination);
  const read = new Map<string, string>();
  for (const path of [...options.files, ...inputs.map((input) => input.path)]) {
    const id = await fileIdentity(path);
    if (id !== undefined) read.set(id, path);
  }
  const items: Item[] = [];
  for (const [i, { path }] of inputs.entries()) items.push(await planItem(path, outputs[i], options, read));
  return items;
}

async function planItem(
  input: string,
  output: string | undefined,
  { force, settings }: PlanOptions,
  read: ReadonlyMap<string, string>,
): Promise<Item> {
  const failed = (error: StyleganBlendError): Item => ({ input, output, state: 'failed', error });
  if (output === undefined) {
    return failed(
      new OutputError('OUTPUTS_COLLIDE', `${input}: its result would have the name of another one's`, {
        hint: 'toonify the two in separate runs, with different --out',
      }),
    );
  }
  const id = await fileIdentity(output);
  if (id === undefined) return { input, output, state: 'todo' };
  const replaced = read.get(id);
  if (replaced !== undefined) return failed(isInput(output, replaced));
  try {
    const finished = await finishedResult(output, input, settings);
    if (finished !== undefined) return { input, output, state: 'finished', finished };
    if (!force) {
      return failed(
        new OutputError(
          'OUTPUT_EXISTS',
          `${output}: exists already, made from another picture or other settings`,
          {
            hint: 'choose another place with --out, or overwrite it with --force',
          },
        ),
      );
    }
    await checkWritable(output, { force });
    return { input, output, state: 'todo' };
  } catch (error) {
    if (error instanceof OutputError || error instanceof InputFileError) return failed(error);
    throw error;
  }
}

/** Results of an earlier run that were written among the pictures are no pictures to toonify. */
async function withoutResults(inputs: readonly Input[]): Promise<Input[]> {
  const kept: Input[] = [];
  for (const input of inputs) {
    const isSuspect = input.folder !== undefined && input.path.includes(`${SUFFIX}.`);
    if (!(isSuspect && (await isResult(input.path)))) kept.push(input);
  }
  return kept;
}
