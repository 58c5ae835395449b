import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import { UsageError } from '../errors.js';
import {
  deviationPicture,
  type NoiseStudy,
  noiseStudy,
  picturesOfNoiseStudy,
  requireNoise,
} from '../explore/noise-study.js';
import { checkOutput } from '../files/outputs.js';
import { noiseLayersOf } from '../generator/noise-layers.js';
import type { Picture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import { formatOf, writePicture } from '../picture/write-picture.js';
import { createRenderer } from '../render/renderer.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface NoiseOptions extends EngineChoice, Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /** Faces; 0 to 2 unless given. */
  readonly seeds?: readonly number[];
  /** How often noise is drawn for the deviation, at least twice; 20 times unless given. */
  readonly draws?: number;
  /** Of the first draw; 0 unless given. */
  readonly noiseSeed?: number;
  /** The last coarse resolution, in pixels; the lower half is coarse unless given. */
  readonly split?: number;
  /** Truncation: 1, the default, leaves faces as they are, 0 is the average face. */
  readonly psi?: number;
  /** Truncate only the first so many layers. */
  readonly cutoff?: number;
  /** Class of a conditional generator. */
  readonly class?: number;
  /** The sheet to write (PNG, JPEG, WebP). Without it nothing is written: the sheet is in the answer. */
  readonly out?: string;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `noise` answers. */
export interface NoiseDocument {
  /** Path of the generator. */
  readonly model: string;
  /** The sheet. */
  readonly output?: string;
  /** The last coarse resolution, in pixels. */
  readonly split: number;
  /** How often noise was drawn. */
  readonly draws: number;
  /** What was measured of each face. */
  readonly seeds: readonly {
    /** Seed of the face. */
    readonly seed: number;
    /** Standard deviation of a pixel over the draws, mean of all pixels, in levels of 255. */
    readonly meanDeviation: number;
  }[];
  /** The largest of all pixels of all faces, in levels of 255. */
  readonly largestDeviation: number;
}

export interface NoiseAnswer extends Answer<NoiseDocument> {
  /** The sheet. */
  readonly sheet: Picture;
}

/**
 * What noise does to faces: with noise in all layers, none, fine and coarse ones, and how far it moves each pixel.
 * @throws as `openModel`, `createRenderer`, `noiseStudy`; UsageError `SPLIT_NOT_A_RESOLUTION`; OutputError
 * @example const { document } = await noise('toonhead', { seeds: [0], draws: 50 });
 */
export async function noise(model: ModelSource, options: NoiseOptions = {}): Promise<NoiseAnswer> {
  const report = new Report(options);
  const { seeds = [0, 1, 2], draws = 20, noiseSeed, psi = 1, cutoff, class: classIndex } = options;
  const { out, force, signal } = options;
  if (out !== undefined) formatOf(out);
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const architecture = requireRendered(checkpoint);
  requireNoise({ size: noiseLayersOf(architecture).length });
  checkTruncation(architecture, options);
  labelOf(architecture, classIndex);
  const split = splitOf(options.split, resolutionsOf(architecture));
  if (out !== undefined) await checkOutput(out, { force, inputs: [checkpoint.origin.path] });
  await using renderer = await createRenderer(checkpoint, await chosenEngine(options, report));
  const each = picturesOfNoiseStudy(draws);
  const onPictures = report.stage('noise', each * seeds.length);
  const studies: NoiseStudy[] = [];
  for (const seed of seeds) {
    const before = studies.length * each;
    const onPicture = (done: number) => onPictures(before + done);
    const settings = { draws, noiseSeed, split, psi, cutoff, classIndex, signal, onPicture };
    studies.push(await noiseStudy(renderer, seed, settings));
  }
  const largest = largestOf(studies);
  const sheet = await sheetOf(studies, seeds, split, largest);
  if (out !== undefined) await writePicture(out, sheet, { force });
  const document: NoiseDocument = {
    model: checkpoint.origin.path,
    output: out,
    split,
    draws,
    seeds: seeds.map((seed, i) => ({ seed, meanDeviation: studies[i]!.meanDeviation })),
    largestDeviation: largest,
  };
  return { ...report.answer(document), sheet };
}

/** The lower half of the resolutions is coarse: up to 32 of 1024 px, as in the paper. */
function splitOf(given: number | undefined, resolutions: readonly number[]): number {
  if (given === undefined) return resolutions[Math.floor(resolutions.length / 2) - 1] ?? 4;
  if (resolutions.includes(given)) return given;
  throw new UsageError(
    'SPLIT_NOT_A_RESOLUTION',
    `\`split\`: expected a resolution of the model (${resolutions.join(', ')}), found ${given}`,
  );
}

function largestOf(studies: readonly NoiseStudy[]): number {
  return studies.reduce(
    (most, { deviation }) => deviation.reduce((a, b) => Math.max(a, b), most),
    // Of a generator without strength in its noise nothing moves.
    1e-6,
  );
}

async function sheetOf(
  studies: readonly NoiseStudy[],
  seeds: readonly number[],
  split: number,
  largest: number,
): Promise<Picture> {
  return contactSheet({
    rows: studies.map(({ all, none, coarse, fine, deviation }) => [
      all,
      none,
      fine,
      coarse,
      deviationPicture(deviation, largest),
    ]),
    rowLabels: seeds.map((seed) => `seed ${seed}`),
    columnLabels: [
      'all noise',
      'none',
      `above ${split}`,
      `up to ${split}`,
      `white: ${largest.toPrecision(2)}`,
    ],
  });
}
