import { dirname } from 'node:path';
import { InputFileError, OutputError, type StyleganBlendError } from '../../errors.js';
import { checkFolder, isFolder } from '../../files/folders.js';
import { type Input, listInputs } from './inputs.js';
import { destinationOf, outputsOf } from './outputs.js';
import { hasRecord } from './record.js';

/** A picture to work on, and where its result goes. */
export interface PictureFile {
  readonly path: string;
  /** Or why there can be none: its result would have the name of another one's, its folder cannot be read. */
  readonly output: string | StyleganBlendError;
  /** Whether `output` is the one file that was asked for, rather than one that is named after the picture. */
  readonly isOneFile: boolean;
}

export interface PictureFilesOptions {
  readonly out: string | undefined;
  readonly recursive: boolean;
  /** What is appended to the name of a result. */
  readonly suffix: string;
  /** The key by which the metadata of a result tells that it is one. */
  readonly key: string;
  /** Files in the folders that are no pictures: a report of an earlier run. */
  readonly except?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Finds the pictures that paths mean and names their results, before any long work.
 *
 * @throws InputFileError `PICTURES_MISSING`; UsageError and OutputError where `--out` cannot be written
 */
export async function pictureFiles(
  paths: readonly string[],
  options: PictureFilesOptions,
): Promise<{ files: PictureFile[]; inputs: readonly string[] }> {
  const { out, recursive, suffix, signal } = options;
  const areFolders = await Promise.all(paths.map(isFolder));
  const folders = paths.filter((_, i) => areFolders[i]);
  const pictures = paths.filter((_, i) => !areFolders[i]);
  const destination = await destinationOf(out, folders, pictures, suffix);
  const places = destination.kind === 'file' ? [dirname(destination.path)] : destination.all;
  for (const folder of places) await checkFolder(folder);
  const except = [...(options.except ?? []), ...(destination.kind === 'file' ? [] : places)];
  const listed = await listInputs(paths, { recursive, signal, except });
  const inputs = await withoutResults(listed, options);
  if (inputs.length === 0) {
    throw new InputFileError('PICTURES_MISSING', `${paths.join(', ')}: expected pictures, found no files`, {
      hint: recursive ? 'hidden files are left out' : 'pictures in sub-folders are taken with `recursive`',
    });
  }
  const outputs = outputsOf(
    inputs.filter(({ error }) => error === undefined),
    destination,
    suffix,
  ).values();
  const isOneFile = destination.kind === 'file';
  return {
    files: inputs.map(({ path, error }) => {
      const output = error ?? outputs.next().value ?? collision(path);
      return { path, output, isOneFile };
    }),
    inputs: inputs.map(({ path }) => path),
  };
}

function collision(path: string): OutputError {
  return new OutputError('OUTPUTS_COLLIDE', `${path}: its result would have the name of another one's`, {
    hint: 'take the two in separate runs, with different `out`',
  });
}

/** Results of an earlier run that were written among the pictures are no pictures to work on. */
async function withoutResults(
  inputs: readonly Input[],
  { suffix, key }: Pick<PictureFilesOptions, 'suffix' | 'key'>,
): Promise<Input[]> {
  const kept: Input[] = [];
  for (const input of inputs) {
    const isSuspect = input.folder !== undefined && input.path.includes(suffix);
    if (!(isSuspect && (await hasRecord(input.path, key)))) kept.push(input);
  }
  return kept;
}
