import { dirname } from 'node:path';
import { InputFileError, OutputError, StyleganBlendError, throwIfAborted, UsageError } from '../errors.js';
import { alignFace } from '../face/align.js';
import { ALIGNED_KEY } from '../face/aligned.js';
import { type ChosenFace, type FaceOptions, type FaceSource, openFaceSource } from '../face/face-source.js';
import { MAX_TRANSFORM_SIZE, SUPERSAMPLING } from '../face/limits.js';
import { openPhoto } from '../face/photo.js';
import type { Quad } from '../face/quad.js';
import { makeFolder } from '../files/folders.js';
import { checkOutput, isFatalForOutput } from '../files/outputs.js';
import { type DescribedError, describedError } from '../json/described-error.js';
import { writePicture } from '../picture/write-picture.js';
import { numbered } from '../toonify/batch/outputs.js';
import { type PictureFile, pictureFiles } from '../toonify/batch/picture-files.js';
import { batchFailure } from './run/batch.js';
import type { EngineChoice } from './run/engine.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface AlignOptions extends FaceOptions, Pick<EngineChoice, 'engine' | 'threads'>, Run {
  /** Side of the results in pixels; what `landmarks` says unless given, else 1024. */
  readonly size?: number;
  /**
   * A folder for files such as NAME-face.png, or NAME-face-2.png where a photo has several, the current one unless
   * given; or one picture (PNG, JPEG, WebP).
   */
  readonly out?: string;
  /** Also take the photos in sub-folders. */
  readonly recursive?: boolean;
  /** Replace files that exist already. */
  readonly force?: boolean;
}

/** What `align` answers. */
export interface AlignDocument {
  /** Side of the results, in pixels. */
  readonly size: number;
  /** What became of each photo. */
  readonly results: readonly AlignedPhoto[];
}

/** What became of a photo. */
export interface AlignedPhoto {
  /** The photo. */
  readonly input: string;
  /** Its faces, from left to right. */
  readonly faces?: readonly AlignedFace[];
  /** Why there are none. */
  readonly error?: DescribedError;
}

/** A face that was cut out of a photo. */
export interface AlignedFace {
  /** Its number in the photo, from 1, from the left. */
  readonly number: number;
  /** The picture. */
  readonly output: string;
  /** Where the detector saw it, in pixels of the upright photo. */
  readonly box?: NonNullable<ChosenFace['found']>['box'];
  /** How sure the detector was, 0..1. */
  readonly score?: number;
  /** Corners of the picture in the photo: top left, bottom left, bottom right, top right. */
  readonly corners: Quad['corners'];
  /** Its 68 points, in pixels of the upright photo. */
  readonly landmarks: ChosenFace['landmarks']['points'];
}

/** Side of the pictures of FFHQ. */
const DEFAULT_SIZE = 1024;

/** What is appended to the name of a photo; several faces have their numbers behind it. */
const SUFFIX = '-face';

/**
 * Finds faces in photos and cuts them out as the pictures of FFHQ were. What is wrong with a photo does not stop the
 * others: the answer has a failure then.
 *
 * @param photos files and folders
 * @throws as `pictureFiles`, `openFaceSource`; OutputError where nothing can be written; AbortedError
 * @example await align(['party.jpg'], { face: 'largest', out: 'faces' });
 */
export async function align(
  photos: readonly string[],
  options: AlignOptions = {},
): Promise<Answer<AlignDocument>> {
  const report = new Report(options);
  const { out = '.', recursive = false, force, signal = new AbortController().signal } = options;
  const wanted = { out, recursive, suffix: SUFFIX, key: ALIGNED_KEY, signal };
  const { files, inputs } = await pictureFiles(photos, wanted);
  const onEngineNotice = (notice: string) => report.warn(notice);
  const source = await openFaceSource({ ...options, onEngineNotice }, files.length);
  const size = options.size ?? source.sizes.size ?? DEFAULT_SIZE;
  const task: Task = { source, size, force, inputs, signal };
  const onPhoto = report.stage('aligning', files.length);
  const results: AlignedPhoto[] = [];
  const failures: StyleganBlendError[] = [];
  for (const file of files) {
    throwIfAborted(signal);
    const faces = await alignFile(file, task);
    if (faces instanceof StyleganBlendError) {
      failures.push(faces);
      results.push({ input: file.path, error: describedError(faces) });
      if (files.length > 1) report.warn(faces.message);
    } else results.push({ input: file.path, faces });
    onPhoto(results.length);
  }
  return report.answer({ size, results }, batchFailure(failures, files.length));
}

interface Task {
  readonly source: FaceSource;
  readonly size: number;
  readonly force: boolean | undefined;
  /** Files that are read. */
  readonly inputs: readonly string[];
  readonly signal: AbortSignal;
}

/** The faces of one photo, or what is wrong with it. What is wrong with the disk is thrown. */
async function alignFile(file: PictureFile, task: Task): Promise<AlignedFace[] | StyleganBlendError> {
  if (file.output instanceof StyleganBlendError) return file.output;
  try {
    return await alignFaces(file.path, file.output, file.isOneFile, task);
  } catch (error) {
    if (error instanceof InputFileError) return error;
    if (error instanceof UsageError && error.code === 'OUTPUT_IS_INPUT') return error;
    if (error instanceof OutputError && !isFatalForOutput(error)) return error;
    throw error;
  }
}

async function alignFaces(
  path: string,
  output: string,
  isOneFile: boolean,
  { source, size, force, inputs, signal }: Task,
): Promise<AlignedFace[]> {
  const photo = await openPhoto(path);
  const chosen = await source.choose(photo, signal);
  if (isOneFile && chosen.length > 1) {
    throw new InputFileError('FACES_SEVERAL', `${path}: expected one face, found ${chosen.length}`, {
      hint: 'choose one with `face`, or give a folder with `out`',
    });
  }
  const outputs = chosen.map(({ number }) => (chosen.length > 1 ? numbered(output, number) : output));
  await makeFolder(dirname(output));
  for (const name of outputs) await checkOutput(name, { force, inputs });
  const faces: AlignedFace[] = [];
  for (const [i, { landmarks, number, found }] of chosen.entries()) {
    throwIfAborted(signal);
    const transformSize = transformSizeFor(size, source.sizes.transformSize);
    const { picture, quad } = await alignFace(photo, landmarks, { size, transformSize });
    const { corners } = quad;
    const metadata = { [ALIGNED_KEY]: JSON.stringify({ face: number, corners }) };
    await writePicture(outputs[i]!, picture, { force, metadata });
    faces.push({ number, output: outputs[i]!, ...found, corners, landmarks: landmarks.points });
  }
  return faces;
}

/** That of a landmarks file where it goes with the size, otherwise four times the size as far as memory allows. */
function transformSizeFor(size: number, wanted: number | undefined): number {
  if (wanted !== undefined && wanted >= size) return wanted;
  return Math.min(SUPERSAMPLING * size, MAX_TRANSFORM_SIZE);
}
