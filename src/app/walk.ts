import { requireRendered } from '../checkpoint/checkpoint.js';
import { UsageError } from '../errors.js';
import { checkWalk, type Path, type WalkNoise, walk as walkFaces } from '../explore/walk.js';
import { createRenderer } from '../render/renderer.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { checkFilmOutput, type FilmChoice, type FilmDocument, frameCount, writeFrames } from './run/film.js';
import { Held, type ModelSource } from './run/models.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface WalkOptions extends FilmChoice, EngineChoice, Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /** The faces that the walk passes; 0 to 3 unless given, exactly two for a circle. */
  readonly seeds?: readonly number[];
  /** `linear` in W, `spherical` along great circles of Z, or `circular` once around Z; linear unless given. */
  readonly path?: Path;
  /** Do not go back to the first face. */
  readonly oneWay?: boolean;
  /** Slow down at every face. */
  readonly ease?: boolean;
  /** The generator's own noise, drawn once, moving in a circle, or none; own unless given. */
  readonly noise?: WalkNoise;
  /** Of noise that is drawn; 0 unless given. */
  readonly noiseSeed?: number;
  /** Truncation: 1, the default, leaves faces as they are, 0 is the average face. */
  readonly psi?: number;
  /** Truncate only the first so many layers. */
  readonly cutoff?: number;
  /** Class of a conditional generator. */
  readonly class?: number;
}

/** What `walk` answers. */
export interface WalkDocument extends FilmDocument {
  /** Path of the generator. */
  readonly model: string;
  /** The faces, as a list. */
  readonly seeds: string;
  /** How the walk gets from face to face. */
  readonly path: Path;
  /** Whether it goes back to the first face. */
  readonly closed: boolean;
  /** Which noise. */
  readonly noise: WalkNoise;
  /** Truncation. */
  readonly psi: number;
}

/** From one face to the next. */
const SECONDS_PER_LEG = 2;

/**
 * A film that goes through the latent space of a generator, from face to face.
 * @throws UsageError `OPTIONS_EXCLUSIVE`, `WALK_SEEDS`; as `openModel`, `createRenderer`, `writeFilm`; AbortedError
 * @example await walk('toonhead', { seeds: [0, 1, 2], out: 'walk.webp' });
 */
export async function walk(model: ModelSource, options: WalkOptions): Promise<Answer<WalkDocument>> {
  const report = new Report(options);
  const {
    seeds = [0, 1, 2, 3],
    path = 'linear',
    noise = 'const',
    noiseSeed,
    psi = 1,
    cutoff,
    ease,
  } = options;
  const { oneWay = false, class: classIndex, signal } = options;
  if (path === 'circular' && oneWay) {
    throw new UsageError(
      'OPTIONS_EXCLUSIVE',
      '`oneWay`: expected none with `path` circular, which ends where it began',
    );
  }
  const closed = !oneWay;
  const legs = path === 'circular' ? 4 : closed ? seeds.length : seeds.length - 1;
  const frames = frameCount(options, legs * SECONDS_PER_LEG);
  const settings = { seeds, frames, path, closed, ease, noise, noiseSeed, psi, cutoff, classIndex, signal };
  checkWalk(settings);
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const architecture = requireRendered(checkpoint);
  checkTruncation(architecture, options);
  labelOf(architecture, classIndex);
  const models = { model: checkpoint.origin.path };
  await checkFilmOutput(options, [models.model]);
  await using renderer = await createRenderer(checkpoint, await chosenEngine(options, report));
  const said = { seeds: seeds.join(), path, closed, noise, psi };
  const about = { models, settings: said };
  const film = await writeFrames(walkFaces(renderer, settings), frames, options, about, report);
  return report.answer({ ...film, ...models, ...said });
}
