import { createHash } from 'node:crypto';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import type { Loss } from '../metric/loss.js';
import { psnr } from '../metric/psnr.js';
import { fromPicture, type Picture, toPicture } from '../picture/picture.js';
import { createRenderer, type Renderer } from '../render/renderer.js';
import { labelOf } from '../render/styles.js';
import { stylesOfLatents } from './latents-fit.js';
import { createProjector, type Latents, type Projection, plannedSteps } from './projector.js';
import type { SearchSettings } from './search-settings.js';
import { keepState } from './search-state.js';

/** Beside a result while it is searched for: what is known so far. */
export const STATE_SUFFIX = '.search';

/** Films of a search, whatever its length: some sixty frames in five seconds. */
const MAX_FRAMES = 60;
export const FILM_FPS = 12;

export interface SearchParts {
  readonly settings: Omit<SearchSettings, 'loss' | 'pivotal'>;
  readonly loss: Loss;
  /** Class of a conditional generator. */
  readonly class?: number;
}

export interface FindOptions {
  /**
   * A file in which the search is kept until its result is safe: it stays, and the caller takes it away. `binding` is
   * all that the search depends on beside its picture: what is kept of another one is not taken up.
   */
  readonly kept?: { readonly path: string; readonly binding: Readonly<Record<string, unknown>> };
  readonly signal?: AbortSignal;
  /** Called once, with the step at which an earlier search is taken up, where there is one. */
  readonly onResume?: (step: number) => void;
  /** @param step from 1, of {@link Search.steps} at most */
  readonly onStep?: (step: number, loss: number) => void;
  /** Receives some sixty pictures of the search: what the generator makes so far, and of which w and noise. */
  readonly onFrame?: (found: Picture, latents: Pick<Latents, 'w' | 'noise'>) => void | Promise<void>;
}

/** What a search has found. */
export interface Found extends Projection {
  /** What the generator makes of the best. */
  readonly picture: Picture;
  /** How near that is to the picture that was searched for, in decibels. */
  readonly psnr: number;
  /** The step at which an earlier search was taken up. */
  readonly resumedAt?: number;
}

/** Searches for one picture after the other in a generator. Calls must not overlap. */
export interface Search extends AsyncDisposable {
  /** Steps of a search at most. */
  readonly steps: number;
  /** @param target a picture of the generator's size */
  find(target: Picture, options?: FindOptions): Promise<Found>;
}

/**
 * Compiles a generator for searching, once for any number of pictures; the checkpoint has to stay open where frames
 * are wanted.
 * @throws as `createProjector`; UsageError for the class
 */
export async function openSearch(
  checkpoint: Checkpoint,
  engine: Engine,
  { settings, loss, class: classIndex }: SearchParts,
): Promise<Search> {
  const { space, pull, profile, steps: adam, seed, discardNoise } = settings;
  const architecture = requireRendered(checkpoint);
  const label = labelOf(architecture, classIndex);
  const projector = await createProjector(checkpoint, engine, { loss, label, space, pull });
  const steps = plannedSteps(profile, adam, architecture.resolution);
  const every = Math.ceil(steps / MAX_FRAMES);
  // Only a film shows what the generator makes of the steps on the way.
  let renderer: Renderer | undefined;
  return {
    steps,
    async find(target, { kept: keeping, signal, onResume, onStep, onFrame } = {}) {
      const binding = JSON.stringify({ ...keeping?.binding, picture: hashOf(target) });
      const kept = keeping && (await keepState(keeping.path, { binding, signal }));
      const resumedAt = kept?.resume?.step;
      if (resumedAt !== undefined) onResume?.(resumedAt);
      const projection = await projector.project(fromPicture(target), {
        profile,
        steps: adam,
        seed,
        discardNoise,
        signal,
        resume: kept?.resume,
        onState: kept?.onState,
        async onStep({ step, loss: reached, w, noise }) {
          onStep?.(step + 1, reached);
          if (onFrame === undefined || step % every !== 0) return;
          renderer ??= await createRenderer(checkpoint, engine);
          await onFrame(await renderer.picture(stylesOfLatents(w, renderer, {}), noise), { w, noise });
        },
      });
      const picture = toPicture(projection.best.image);
      return { ...projection, picture, psnr: psnr(picture, target), resumedAt };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([projector.dispose(), renderer?.dispose()]);
    },
  };
}

function hashOf({ data }: Picture): string {
  return createHash('sha256').update(data).digest('hex');
}
