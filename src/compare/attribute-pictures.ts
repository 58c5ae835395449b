import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import type { Loss } from '../metric/loss.js';
import { fromPicture, type Picture } from '../picture/picture.js';
import { createProjector, type Projector } from '../project/projector.js';
import { createRenderer } from '../render/renderer.js';
import { labelOf } from '../render/styles.js';
import { type Attribution, attribute, DEFAULT_OWN } from './attribution.js';

export interface AttributionOptions {
  /** How many pictures of the generator's own are searched for comparison, at least 2. Default 10. */
  readonly own?: number;
  readonly loss: Loss;
  /** Of the search. Default: the projector's own. */
  readonly steps?: number;
  /** Class of a conditional generator. */
  readonly classIndex?: number;
  readonly signal?: AbortSignal;
  /** Called as the work goes on, with the part that is done, 0..1. */
  readonly onProgress?: (done: number) => void;
}

export interface AttributionReport {
  /** One for each picture. */
  readonly pictures: readonly Attribution[];
  /** Distances of the generator's own pictures, from the nearest. */
  readonly own: readonly number[];
}

/** Seeds of the own pictures begin here: nobody's favourites. */
const FIRST_SEED = 70_000_000;

/**
 * Whether a generator made pictures (StyleGAN2 section 5.3): each is searched for in the generator, and the distance
 * that remains is compared with those of pictures that the generator really made, searched for in the same way.
 * @param pictures of the generator's size
 * @throws AbortedError, and what `createProjector` and `labelOf` throw
 */
export async function attributePictures(
  checkpoint: Checkpoint,
  pictures: readonly Picture[],
  engine: Engine,
  options: AttributionOptions,
): Promise<AttributionReport> {
  const { own: count = DEFAULT_OWN, loss, steps, classIndex, signal } = options;
  const label = labelOf(requireRendered(checkpoint), classIndex);
  const examples = await ownPictures(checkpoint, engine, count, classIndex);
  throwIfAborted(signal);
  await using projector = await createProjector(checkpoint, engine, { loss, label });
  const distances: number[] = [];
  const all = [...pictures, ...examples];
  for (const [k, picture] of all.entries()) {
    const onPart = (part: number) => options.onProgress?.((k + part) / all.length);
    distances.push(await remaining(projector, picture, { steps, signal, onPart }));
  }
  const own = distances.splice(pictures.length).sort((a, b) => a - b);
  return { pictures: distances.map((distance) => attribute(distance, own)), own };
}

/**
 * Half of them with the generator's own noise, half with random noise: a picture may have come about in either way.
 */
async function ownPictures(
  checkpoint: Checkpoint,
  engine: Engine,
  count: number,
  classIndex: number | undefined,
): Promise<Picture[]> {
  await using renderer = await createRenderer(checkpoint, engine);
  const made: Picture[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) {
    const noise = renderer.noise(seed % 2 === 0 ? 'const' : 'random', seed);
    made.push(await renderer.picture(await renderer.styles(seed, { classIndex }), noise));
  }
  return made;
}

interface SearchOptions {
  readonly steps: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onPart: (part: number) => void;
}

/** The distance between a picture and the nearest one that the generator was found to make. */
async function remaining(
  projector: Projector,
  picture: Picture,
  { steps, signal, onPart }: SearchOptions,
): Promise<number> {
  const { best } = await projector.project(fromPicture(picture), {
    // As the thresholds were measured.
    profile: 'reference',
    ...(steps === undefined ? {} : { steps }),
    signal,
    onStep: (progress) => onPart(progress.step / progress.steps),
  });
  onPart(1);
  return best.distance;
}
