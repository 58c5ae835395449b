import { basename } from 'node:path';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { modelLabel, openModel } from '../../checkpoint/names.js';
import { type AttributionReport, attributePictures } from '../../compare/attribute-pictures.js';
import type { Attribution } from '../../compare/attribution.js';
import { readPictureBytes, uprightSize } from '../../picture/decode.js';
import type { Picture } from '../../picture/picture.js';
import { decodePicture } from '../../picture/read-picture.js';
import { labelOf } from '../../render/styles.js';
import { chosenLoss } from '../chosen-loss.js';
import { chosenEngine } from '../engine.js';
import type { EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import type { Terminal } from '../terminal/terminal.js';

export interface AttributeCommandOptions extends EngineChoice {
  readonly network?: string;
  readonly own: number;
  readonly loss: string;
  readonly steps?: number;
  readonly class?: number;
}

/** Of the progress bar: fine enough to be seen moving. */
const PARTS = 1000;

/** `blend attribute MODEL PICTURE…`: whether a generator made them. */
export async function attributeCommand(
  model: string,
  paths: readonly string[],
  options: AttributeCommandOptions,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const architecture = requireRendered(checkpoint);
    labelOf(architecture, options.class);
    const pictures: Picture[] = [];
    for (const path of paths) pictures.push(await readFitting(path, architecture.resolution, terminal));
    const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, terminal);
    const engine = await chosenEngine(options, terminal);
    const progress = await terminal.progress({ label: basename(checkpoint.origin.path), total: PARTS });
    const { own, steps, class: classIndex } = options;
    const report = await attributePictures(checkpoint, pictures, engine, {
      own,
      loss,
      steps,
      classIndex,
      signal,
      onProgress: (done) => progress.update(Math.round(done * PARTS)),
    }).finally(() => progress.finish());
    return {
      document: {
        model: checkpoint.origin.path,
        loss: spec,
        engine: engine.description,
        pictures: report.pictures.map((found, k) => ({ picture: paths[k], ...found })),
        own: report.own,
      },
      lines: [
        ...report.pictures.map((found, k) => `${paths[k]}: ${sentence(found, modelLabel(model))}`),
        rangeLine(report),
      ],
    };
  } finally {
    await checkpoint.close();
  }
}

/** A picture in the generator's size. One that had to be scaled is told of: it no longer is what came out of it. */
async function readFitting(path: string, size: number, terminal: Terminal): Promise<Picture> {
  const bytes = await readPictureBytes(path);
  const { width, height } = await uprightSize(bytes, path);
  if (width !== size || height !== size) {
    terminal.warn(
      `${path}: ${width} x ${height} px, scaled to ${size} px; what was scaled is found less exactly`,
    );
  }
  return decodePicture(bytes, size, path);
}

function sentence({ verdict, distance, score, share }: Attribution, model: string): string {
  const words = {
    made: `as near as what ${model} makes itself: it may well have made this picture`,
    unclear: `further than what ${model} makes itself, but not by much: it cannot be told whether it made this picture`,
    'not made': `much further than what ${model} makes itself: it did not make this picture, or not as it is`,
  }[verdict];
  const rank = `${Math.round(share * 100)} % of its own pictures are as far`;
  return `${words} (distance ${distance.toPrecision(3)}, score ${score.toFixed(1)}; ${rank})`;
}

function rangeLine({ own }: AttributionReport): string {
  const [least, most] = [own[0]!, own.at(-1)!];
  return `its own ${own.length} pictures: distances ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
}
