import { extname } from 'node:path';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import { throwIfAborted, UsageError } from '../errors.js';
import { morph as morphFrames, sharesOfMorph } from '../explore/morph.js';
import type { Picture } from '../picture/picture.js';
import { readPicture } from '../picture/read-picture.js';
import { loadLatents } from '../project/latents.js';
import { requireFitting } from '../project/latents-fit.js';
import type { Latents } from '../project/projector.js';
import { openSearch } from '../project/search.js';
import { type SearchChoice, searchSettings } from '../project/search-settings.js';
import { labelOf } from '../render/styles.js';
import { othersOf } from '../swap/recipe/recipe.js';
import type { Recipe } from '../swap/recipe/schema.js';
import { withStrength } from '../swap/recipe/strength.js';
import { openBlendModels } from './blending/open-models.js';
import { blendJob } from './blending/open-recipe.js';
import type { BlendSource } from './blending/source.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { checkFilmOutput, type FilmChoice, type FilmDocument, frameCount, writeFrames } from './run/film.js';
import { chosenLoss } from './run/loss.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface MorphOptions extends FilmChoice, EngineChoice, Omit<SearchChoice, 'pivotal'>, Run {
  /** Class of conditional generators. */
  readonly class?: number;
  /** Do not go back to where it began. */
  readonly oneWay?: boolean;
}

/** What `morph` answers. */
export interface MorphDocument extends FilmDocument {
  /** Paths of the models, by their names in the recipe. */
  readonly models: Readonly<Record<string, string>>;
  /** The blend that is reached. */
  readonly recipe: Recipe;
}

const SECONDS = 4;

/**
 * A film from a picture's own projection to its counterpart in a blend.
 *
 * @param picture what `project` has saved (.safetensors), or a picture: the centre square of a file is taken, and
 *   projected into the base first
 * @throws as `blendJob`, `openBlendModels`, `loadLatents`, `openSearch`, `writeFilm`; UsageError `MODELS_EQUAL`
 * @example await morph('person.png', { base: 'toonhead', transfer: 'pixelart', swap: 8 }, { out: 'morph.webp' });
 */
export async function morph(
  picture: string | Picture,
  source: BlendSource,
  options: MorphOptions,
): Promise<Answer<MorphDocument>> {
  const report = new Report(options);
  const { signal } = options;
  const job = { ...(await blendJob(source)), container: undefined };
  await using opened = await openBlendModels(job, { checkHashes: true, signal });
  const { recipe } = job;
  const [models] = opened.networks.values();
  const base = models!.get(recipe.base)!;
  if (othersOf(recipe).every((name) => models!.get(name) === base || isSame(models!.get(name)!, base))) {
    throw new UsageError('MODELS_EQUAL', '`transfer`: expected another model than `base`, found the same');
  }
  // Where α cannot grow from 0, that shows before the search.
  await job.explain([], () => withStrength(recipe, 0));
  labelOf(requireRendered(base), options.class);
  const files = opened.files.map(({ path }) => path);
  await checkFilmOutput(options, [...(typeof picture === 'string' ? [picture] : []), ...files]);
  const engine = await chosenEngine(options, report);
  const latents = await latentsOf(picture, base, engine, options, report);
  const settings = {
    models: models!,
    recipe,
    latents,
    frames: frameCount(options, SECONDS),
    back: options.oneWay !== true,
    signal,
  };
  const paths = Object.fromEntries([...models!].map(([name, { origin }]) => [name, origin.path]));
  // Without the paths of its models: folders may be private.
  const named = Object.entries(recipe.models).map(([name, { alpha }]) => [name, { alpha }]);
  const said = JSON.stringify({ ...recipe, models: Object.fromEntries(named) });
  const about = { models: paths, settings: { recipe: said } };
  const total = sharesOfMorph(settings).length;
  const film = await writeFrames(morphFrames(engine, settings), total, options, about, report);
  return report.answer({ ...film, models: paths, recipe });
}

function isSame(a: Checkpoint, b: Checkpoint): boolean {
  return a.origin.path === b.origin.path && a.origin.network === b.origin.network;
}

async function latentsOf(
  picture: string | Picture,
  base: Checkpoint,
  engine: Engine,
  options: MorphOptions,
  report: Report,
): Promise<Pick<Latents, 'w' | 'noise'>> {
  if (typeof picture === 'string' && extname(picture).toLowerCase() === '.safetensors') {
    const latents = await loadLatents(picture);
    requireFitting(latents, picture, base);
    return latents;
  }
  const { resolution } = requireRendered(base);
  const target = typeof picture === 'string' ? await readPicture(picture, resolution) : picture;
  const { loss, spec } = await chosenLoss(options.loss, resolution, report);
  const settings = searchSettings(options, spec);
  await using search = await openSearch(base, engine, { settings, loss, class: options.class });
  throwIfAborted(report.signal);
  const onStep = report.stage(typeof picture === 'string' ? picture : 'projecting', search.steps);
  const found = await search.find(target, {
    signal: report.signal,
    onStep: (step, reached) => onStep(step, { loss: reached }),
  });
  return found.best;
}
