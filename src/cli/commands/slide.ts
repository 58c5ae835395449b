import { openNamed } from '../../app/shared/named-models.js';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import type { Engine } from '../../engine/index.js';
import { UsageError } from '../../errors.js';
import { type BlendParameters, curveOfParameters } from '../../explore/parameters.js';
import {
  parametersOfSlide,
  type SlideOptions,
  type Sliding,
  slide,
  slideFrames,
} from '../../explore/slide.js';
import { curveHead } from '../../picture/curve-head.js';
import type { Picture } from '../../picture/picture.js';
import { contactSheet } from '../../picture/sheet.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { requireSameShape } from '../../swap/compare.js';
import type { Side } from '../../swap/recipe/recipe.js';
import { chosenEngine } from '../engine.js';
import { checkFilmOutput, writeFrames } from '../film-output.js';
import { type FilmChoice, frameCount } from '../options/film-options.js';
import type { EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';

interface SlideCommandOptions extends FilmChoice, EngineChoice {
  readonly base: string;
  readonly transfer: string;
  readonly swap?: Sliding;
  readonly ramp?: Sliding;
  readonly amount?: Sliding;
  readonly structure: Side;
  readonly seeds: readonly number[];
  readonly curve?: true;
  readonly oneWay?: true;
  readonly psi: number;
  readonly class?: number;
}

const SECONDS = 6;

/** Faces side by side. */
const COLUMNS = 4;

/** `blend slide`: a film in which the blend changes while the faces stay. */
export async function slideCommand(options: SlideCommandOptions, context: Context): Promise<Outcome> {
  const { swap, ramp, amount, structure, seeds, psi, class: classIndex } = options;
  if (![swap, ramp, amount].some(Array.isArray)) {
    throw new UsageError('OPTION_MISSING', '--swap, --ramp or --amount: expected one that slides', {
      hint: 'say from where to where, for example --swap 4..64 or --amount 0..1.5',
    });
  }
  const frames = frameCount(options, SECONDS);
  const models = await openNamed([options.base, options.transfer]);
  try {
    const [base, transfer] =
      options.base === options.transfer ? [models[0]!, models[0]!] : [models[0]!, models[1]!];
    requireSameShape(base.checkpoint, transfer.checkpoint);
    const architecture = requireRendered(base.checkpoint);
    checkTruncation(architecture, options);
    labelOf(architecture, classIndex);
    await checkFilmOutput(options, [base.checkpoint.origin.path, transfer.checkpoint.origin.path]);
    const settings: SlideOptions = {
      fixed: { base, transfer, structure },
      sliding: {
        ...(swap === undefined ? {} : { swap }),
        ...(ramp === undefined ? {} : { ramp }),
        ...(amount === undefined ? {} : { amount }),
      },
      seeds,
      frames,
      back: options.oneWay !== true,
      psi,
      classIndex,
      signal: context.signal,
    };
    const steps = parametersOfSlide(settings);
    const engine = await chosenEngine(options, context.terminal);
    const paths = { base: base.checkpoint.origin.path, transfer: transfer.checkpoint.origin.path };
    const described = {
      seeds: seeds.join(),
      ...Object.fromEntries(
        Object.entries(settings.sliding).map(([name, value]) => [name, [value].flat().join('..')]),
      ),
      structure,
      psi,
    };
    const composed = compose(engine, settings, options.curve === true ? steps : undefined);
    return await writeFrames(composed, slideFrames(settings), options, paths, described, context);
  } finally {
    await Promise.all(models.map(({ checkpoint }) => checkpoint.close()));
  }
}

/** One picture for each frame: the faces side by side, under α where that is wanted. */
async function* compose(
  engine: Engine,
  settings: SlideOptions,
  steps: readonly BlendParameters[] | undefined,
): AsyncGenerator<Picture> {
  let i = 0;
  for await (const faces of slide(engine, settings)) {
    // On the way back the same steps.
    const step = steps?.[i < steps.length ? i : 2 * (steps.length - 1) - i];
    i++;
    if (faces.length === 1 && step === undefined) yield faces[0]!;
    else {
      const rows: Picture[][] = [];
      for (let start = 0; start < faces.length; start += COLUMNS)
        rows.push(faces.slice(start, start + COLUMNS));
      const columnHeads = step === undefined ? [] : [curveHead([curveOfParameters(step)])];
      yield await contactSheet({ rows, columnHeads, scale: 1 });
    }
  }
}
