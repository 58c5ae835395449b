import { InputFileError, OutputError, type StyleganBlendError } from '../../errors.js';
import { checkWritable } from '../../files/atomic-write.js';
import { fileIdentity, isInput } from '../outputs.js';
import { SUFFIX } from './outputs.js';
import { type PictureFile, pictureFiles } from './picture-files.js';
import { type Finished, finishedResult, RESULT_KEY, type Settings } from './record.js';

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
  const { files } = await pictureFiles(paths, { out, recursive, suffix: SUFFIX, key: RESULT_KEY, signal });
  const read = new Map<string, string>();
  for (const path of [...options.files, ...files.map((file) => file.path)]) {
    const id = await fileIdentity(path);
    if (id !== undefined) read.set(id, path);
  }
  const items: Item[] = [];
  for (const file of files) items.push(await planItem(file, options, read));
  return items;
}

async function planItem(
  { path: input, output }: PictureFile,
  { force, settings }: PlanOptions,
  read: ReadonlyMap<string, string>,
): Promise<Item> {
  if (output instanceof OutputError) return { input, state: 'failed', error: output };
  const failed = (error: StyleganBlendError): Item => ({ input, output, state: 'failed', error });
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
