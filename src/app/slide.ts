import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import { UsageError } from '../errors.js';
import {
  recipesOfSlide,
  type SlideSettings,
  type Sliding,
  slide as slideFaces,
  slideFrames,
} from '../explore/slide.js';
import { curveHead } from '../picture/curve-head.js';
import type { Picture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { pairOf } from '../swap/blend.js';
import { requireSameShape } from '../swap/compare.js';
import { weightsAt } from '../swap/mixture.js';
import { PAIR_NAMES, type Side } from '../swap/recipe/pair.js';
import type { Recipe } from '../swap/recipe/schema.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { checkFilmOutput, type FilmChoice, type FilmDocument, frameCount, writeFrames } from './run/film.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface SlideOptions extends FilmChoice, EngineChoice, Run {
  /** The swap, in pixels; slides in octaves. */
  readonly swap?: Sliding;
  /** The width of the transition, in octaves. */
  readonly ramp?: Sliding;
  /** What the highest α comes to. */
  readonly amount?: Sliding;
  /** Which model supplies the resolutions up to the swap; transfer unless given. */
  readonly structure?: Side;
  /** Faces, side by side; seed 0 unless given. */
  readonly seeds?: readonly number[];
  /** Draw α of each resolution above the faces. */
  readonly curve?: boolean;
  /** Do not go back to where it began. */
  readonly oneWay?: boolean;
  /** Truncation; 1 unless given. */
  readonly psi?: number;
  /** Class of conditional generators. */
  readonly class?: number;
}

/** What `slide` answers. */
export interface SlideDocument extends FilmDocument {
  /** Path of the base. */
  readonly base: string;
  /** Path of the transfer model. */
  readonly transfer: string;
  /** The faces, as a list. */
  readonly seeds: string;
  /** The swap; `from..to` where it slides. */
  readonly swap?: string;
  /** The width of the transition; `from..to` where it slides. */
  readonly ramp?: string;
  /** What the highest α comes to; `from..to` where it slides. */
  readonly amount?: string;
  /** Which model supplies the resolutions up to the swap. */
  readonly structure: Side;
  /** Truncation. */
  readonly psi: number;
}

const SECONDS = 6;

/** Faces side by side. */
const COLUMNS = 4;

/**
 * A film in which the blend of two generators changes while the faces stay.
 * @throws UsageError `OPTION_MISSING`, `SWAP_OUT_OF_RANGE`; as `openModel`, `renderCandidates`, `writeFilm`;
 *   AbortedError
 * @example await slide('toonhead', 'pixelart', { swap: [4, 64], out: 'slide.webp' });
 */
export async function slide(
  baseModel: ModelSource,
  transferModel: ModelSource,
  options: SlideOptions,
): Promise<Answer<SlideDocument>> {
  const report = new Report(options);
  const { swap, ramp, amount, structure = 'transfer', seeds = [0], psi = 1, class: classIndex } = options;
  if (![swap, ramp, amount].some(Array.isArray)) {
    throw new UsageError(
      'OPTION_MISSING',
      '`swap`, `ramp` or `amount`: expected one that slides, found none',
      {
        hint: 'say from where to where, for example 4..64',
      },
    );
  }
  const frames = frameCount(options, SECONDS);
  await using held = new Held();
  const [base, transfer] = [await held.open(baseModel), await held.open(transferModel)];
  requireSameShape(base, transfer);
  const architecture = requireRendered(base);
  checkTruncation(architecture, options);
  labelOf(architecture, classIndex);
  const paths = { base: base.origin.path, transfer: transfer.origin.path };
  await checkFilmOutput(options, Object.values(paths));
  const settings: SlideSettings = {
    models: pairOf(base, transfer),
    fixed: { structure },
    sliding: { swap, ramp, amount },
    seeds,
    frames,
    back: options.oneWay !== true,
    psi,
    classIndex,
    signal: options.signal,
  };
  const steps = recipesOfSlide(settings);
  const engine = await chosenEngine(options, report);
  const worded = (value: Sliding | undefined) =>
    value === undefined ? undefined : [value].flat().join('..');
  const said = {
    seeds: seeds.join(),
    swap: worded(swap),
    ramp: worded(ramp),
    amount: worded(amount),
    structure,
    psi,
  };
  const composed = compose(engine, settings, options.curve === true ? steps : undefined);
  const about = { models: paths, settings: said };
  const film = await writeFrames(composed, slideFrames(settings), options, about, report);
  return report.answer({ ...film, ...paths, ...said });
}

/** One picture for each frame: the faces side by side, under α where that is wanted. */
async function* compose(
  engine: Engine,
  settings: SlideSettings,
  steps: readonly Recipe[] | undefined,
): AsyncGenerator<Picture> {
  const resolutions = resolutionsOf(settings.models.get(PAIR_NAMES.base)!.architecture);
  let i = 0;
  for await (const faces of slideFaces(engine, settings)) {
    // On the way back the same steps.
    const step = steps?.[i < steps.length ? i : 2 * (steps.length - 1) - i];
    i++;
    if (faces.length === 1 && step === undefined) yield faces[0]!;
    else {
      const rows: Picture[][] = [];
      for (let start = 0; start < faces.length; start += COLUMNS)
        rows.push(faces.slice(start, start + COLUMNS));
      const columnHeads = step === undefined ? [] : [curveHead([curveOf(step, resolutions)])];
      yield await contactSheet({ rows, columnHeads, scale: 1 });
    }
  }
}

/** The share of the transfer model at each resolution. */
function curveOf(recipe: Recipe, resolutions: readonly number[]): number[] {
  return resolutions.map(
    (resolution) => weightsAt({ resolution, level: 1, part: 'conv' }, recipe).get(PAIR_NAMES.transfer)!,
  );
}
