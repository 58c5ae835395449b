import { requireRendered } from '../../checkpoint/checkpoint.js';
import { openModel } from '../../checkpoint/names.js';
import { UsageError } from '../../errors.js';
import { checkWalk, type Path, type WalkNoise, walk } from '../../explore/walk.js';
import { createRenderer } from '../../render/renderer.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { chosenEngine } from '../engine.js';
import { checkFilmOutput, writeFrames } from '../film-output.js';
import { type FilmChoice, frameCount } from '../options/film-options.js';
import type { EngineChoice } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';

interface WalkCommandOptions extends FilmChoice, EngineChoice {
  readonly network?: string;
  readonly seeds: readonly number[];
  readonly path: Path;
  readonly oneWay?: true;
  readonly ease?: true;
  readonly noise: WalkNoise;
  readonly noiseSeed: number;
  readonly psi: number;
  readonly cutoff?: number;
  readonly class?: number;
}

/** From one face to the next. */
const SECONDS_PER_LEG = 2;

/** `blend walk MODEL`: a film that goes from face to face. */
export async function walkCommand(
  model: string,
  options: WalkCommandOptions,
  context: Context,
): Promise<Outcome> {
  const { seeds, path, noise, psi, class: classIndex } = options;
  if (path === 'circular' && options.oneWay === true) {
    throw new UsageError(
      'OPTIONS_EXCLUSIVE',
      '--one-way: expected none with --path circular, which ends where it began',
    );
  }
  const closed = options.oneWay !== true;
  const legs = path === 'circular' ? 4 : closed ? seeds.length : seeds.length - 1;
  const frames = frameCount(options, legs * SECONDS_PER_LEG);
  const settings = { ...options, classIndex, frames, closed, signal: context.signal };
  checkWalk(settings);
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const architecture = requireRendered(checkpoint);
    checkTruncation(architecture, options);
    labelOf(architecture, classIndex);
    await checkFilmOutput(options, [checkpoint.origin.path]);
    const renderer = await createRenderer(checkpoint, await chosenEngine(options, context.terminal));
    try {
      const described = { seeds: seeds.join(), path, closed, noise, psi };
      const models = { model: checkpoint.origin.path };
      return await writeFrames(walk(renderer, settings), frames, options, models, described, context);
    } finally {
      await renderer.dispose();
    }
  } finally {
    await checkpoint.close();
  }
}
