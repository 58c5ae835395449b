import { basename } from 'node:path';
import { requireRendered } from '../checkpoint/checkpoint.js';
import { attributePictures } from '../compare/attribute-pictures.js';
import type { Verdict } from '../compare/attribution.js';
import { readPictureBytes, uprightSize } from '../picture/decode.js';
import type { Picture } from '../picture/picture.js';
import { decodePicture } from '../picture/read-picture.js';
import { labelOf } from '../render/styles.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { chosenLoss } from './run/loss.js';
import { Held, labelOfModel, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface AttributeOptions extends EngineChoice, Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /** How many of the generator's own pictures to compare with, from 2; 10 unless given. */
  readonly own?: number;
  /** How pictures are compared, as in `project`; `auto`, the default, is the best that is here. */
  readonly loss?: string;
  /** Steps of the search; the projector's own number unless given. */
  readonly steps?: number;
  /** Class of a conditional generator. */
  readonly class?: number;
}

/** What `attribute` answers. */
export interface AttributeDocument {
  /** Path of the generator. */
  readonly model: string;
  /** What the generator is called. */
  readonly name: string;
  /** How pictures were compared. */
  readonly loss: string;
  /** What computed. */
  readonly engine: string;
  /** What was found out about each picture. */
  readonly pictures: readonly AttributedPicture[];
  /** Distances of the generator's own pictures, from the nearest. */
  readonly own: readonly number[];
}

/** Whether a generator made a picture. */
export interface AttributedPicture {
  /** The picture. */
  readonly picture: string;
  /** What remains between it and the nearest picture that the generator was found to make, in the loss. */
  readonly distance: number;
  /** How many deviations that is above the mean of the own pictures' distances, all as logarithms. */
  readonly score: number;
  /** Part of the own pictures that are at least as far from what was found for them, 0..1. */
  readonly share: number;
  /** `made`, `unclear` or `not made`. */
  readonly verdict: Verdict;
}

/** Of the progress: fine enough to be seen moving. */
const PARTS = 1000;

/**
 * Whether a generator made pictures, by how near it comes to them and to its own.
 * @param pictures paths; of others than the generator's size the centre square is taken and scaled
 * @throws as `openModel`, `readPicture`, `chooseLoss`, `attributePictures`; AbortedError
 * @example const { document } = await attribute('toonhead', ['found.png']);
 */
export async function attribute(
  model: ModelSource,
  pictures: readonly string[],
  options: AttributeOptions = {},
): Promise<Answer<AttributeDocument>> {
  const report = new Report(options);
  const { own, steps, class: classIndex, signal } = options;
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const { path } = checkpoint.origin;
  const architecture = requireRendered(checkpoint);
  labelOf(architecture, classIndex);
  const read: Picture[] = [];
  for (const picture of pictures) read.push(await readFitting(picture, architecture.resolution, report));
  const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, report);
  const engine = await chosenEngine(options, report);
  const onPart = report.stage(basename(path), PARTS);
  const onProgress = (done: number) => onPart(Math.round(done * PARTS));
  const settings = { own, loss, steps, classIndex, signal, onProgress };
  const found = await attributePictures(checkpoint, read, engine, settings);
  return report.answer({
    model: path,
    name: labelOfModel(model),
    loss: spec,
    engine: engine.description,
    pictures: found.pictures.map((one, k) => ({ picture: pictures[k]!, ...one })),
    own: found.own,
  });
}

/** A picture in the generator's size. One that had to be scaled is told of: it no longer is what came out of it. */
async function readFitting(path: string, size: number, report: Report): Promise<Picture> {
  const bytes = await readPictureBytes(path);
  const { width, height } = await uprightSize(bytes, path);
  if (width !== size || height !== size) {
    report.warn(
      `${path}: ${width} x ${height} px, scaled to ${size} px; what was scaled is found less exactly`,
    );
  }
  return decodePicture(bytes, size, path);
}
