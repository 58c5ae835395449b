import { dirname } from 'node:path';
import { batchFailure } from '../../app/shared/batch.js';
import { InputFileError, OutputError, StyleganBlendError, throwIfAborted, UsageError } from '../../errors.js';
import { alignFace } from '../../face/align.js';
import { type ChosenFace, type FaceSource, openFaceSource } from '../../face/face-source.js';
import { MAX_TRANSFORM_SIZE, SUPERSAMPLING } from '../../face/limits.js';
import { openPhoto } from '../../face/photo.js';
import type { Quad } from '../../face/quad.js';
import { makeFolder } from '../../files/folders.js';
import { checkOutput, isFatalForOutput } from '../../files/outputs.js';
import { writePicture } from '../../picture/write-picture.js';
import { numbered } from '../../toonify/batch/outputs.js';
import { type PictureFile, pictureFiles } from '../../toonify/batch/picture-files.js';
import type { FaceOptions } from '../options/face-options.js';
import type { CommonOptions } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { describeError } from '../terminal/terminal.js';

interface AlignOptions extends CommonOptions, FaceOptions {
  readonly size?: number;
  readonly out: string;
  readonly recursive?: true;
}

/** Side of the pictures of FFHQ. */
const DEFAULT_SIZE = 1024;

/** What is appended to the name of a photo; several faces have their numbers behind it. */
const SUFFIX = '-face';

/** The key of an aligned picture's metadata under which it says where it was in the photo. */
export const ALIGNED_KEY = 'align';

/** What became of a photo. */
interface Result {
  readonly input: string;
  readonly faces?: readonly Aligned[];
  readonly error?: StyleganBlendError;
}

interface Aligned extends Pick<Quad, 'corners'>, Partial<NonNullable<ChosenFace['found']>> {
  readonly number: number;
  readonly output: string;
  readonly landmarks: ChosenFace['landmarks']['points'];
}

/** `blend align PHOTO...`: finds faces and cuts them out as the pictures of FFHQ were. */
export async function alignCommand(
  paths: readonly string[],
  options: AlignOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const { files, inputs } = await pictureFiles(paths, {
    out: options.out,
    recursive: options.recursive === true,
    suffix: SUFFIX,
    key: ALIGNED_KEY,
    signal,
  });
  const onNotice = (notice: string) => terminal.warn(notice);
  const source = await openFaceSource({ ...options, onNotice }, files.length);
  const size = options.size ?? source.sizes.size ?? DEFAULT_SIZE;
  const task: Task = { source, size, force: options.force, inputs, signal };
  const progress = await terminal.progress({ label: 'aligning', total: files.length });
  const results: Result[] = [];
  try {
    for (const file of files) {
      throwIfAborted(signal);
      const result = await alignFile(file, task);
      if (result.error !== undefined && files.length > 1) terminal.warn(result.error.message);
      results.push(result);
      progress.update(results.length);
    }
  } finally {
    progress.finish();
  }
  const aligned = results.flatMap(({ faces = [] }) => faces);
  terminal.info(`${count(files.length, 'photo')}: ${count(aligned.length, 'face')} aligned`);
  return {
    document: {
      size,
      results: results.map(({ error, ...result }) => ({
        ...result,
        ...(error === undefined ? {} : { error: describeError(error) }),
      })),
    },
    lines: aligned.map(({ output }) => output),
    failure: batchFailure(
      results.flatMap(({ error }) => (error === undefined ? [] : [error])),
      results.length,
    ),
  };
}

interface Task {
  readonly source: FaceSource;
  readonly size: number;
  readonly force: boolean | undefined;
  /** Files that are read. */
  readonly inputs: readonly string[];
  readonly signal: AbortSignal;
}

/** Aligns the faces of one photo. What is wrong with this photo is a result; what is wrong with the disk is thrown. */
async function alignFile({ path, output, isOneFile }: PictureFile, task: Task): Promise<Result> {
  const { source, size, force, inputs, signal } = task;
  try {
    if (output instanceof StyleganBlendError) throw output;
    const photo = await openPhoto(path);
    const chosen = await source.choose(photo, signal);
    if (isOneFile && chosen.length > 1) {
      throw new InputFileError('FACES_SEVERAL', `${path}: expected one face, found ${chosen.length}`, {
        hint: 'choose one with --face, or give a folder with --out',
      });
    }
    const outputs = chosen.map(({ number }) => (chosen.length > 1 ? numbered(output, number) : output));
    await makeFolder(dirname(output));
    for (const name of outputs) await checkOutput(name, { force, inputs });
    const faces: Aligned[] = [];
    for (const [i, { landmarks, number, found }] of chosen.entries()) {
      throwIfAborted(signal);
      const transformSize = transformSizeFor(size, source.sizes.transformSize);
      const { picture, quad } = await alignFace(photo, landmarks, { size, transformSize });
      const metadata = { [ALIGNED_KEY]: JSON.stringify({ face: number, corners: quad.corners }) };
      await writePicture(outputs[i]!, picture, { force, metadata });
      faces.push({
        number,
        output: outputs[i]!,
        ...found,
        corners: quad.corners,
        landmarks: landmarks.points,
      });
    }
    return { input: path, faces };
  } catch (error) {
    const isOfThisPhoto =
      error instanceof InputFileError ||
      (error instanceof UsageError && error.code === 'OUTPUT_IS_INPUT') ||
      (error instanceof OutputError && !isFatalForOutput(error));
    if (!isOfThisPhoto) throw error;
    return { input: path, error };
  }
}

/** That of a landmarks file where it goes with the size, otherwise four times the size as far as memory allows. */
function transformSizeFor(size: number, wanted: number | undefined): number {
  if (wanted !== undefined && wanted >= size) return wanted;
  return Math.min(SUPERSAMPLING * size, MAX_TRANSFORM_SIZE);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
