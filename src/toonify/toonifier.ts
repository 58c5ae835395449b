import { stylesOfLatents } from '../app/shared/latents-fit.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import type { SearchSettings } from '../cli/options/search-options.js';
import type { Engine } from '../engine/index.js';
import type { Loss } from '../metric/loss.js';
import { psnr } from '../metric/psnr.js';
import { fromPicture, type Picture, toPicture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import { createProjector, type Latents, plannedSteps } from '../project/projector.js';
import { searchBinding } from '../project/search-binding.js';
import { stepsPerFrame } from '../project/search-film.js';
import { keepState } from '../project/search-state.js';
import { createRenderer, type Renderer } from '../render/renderer.js';
import { labelOf } from '../render/styles.js';
import type { Models } from './models.js';
import { createTunedBlends } from './tuned-blend.js';

export interface ToonSettings extends SearchSettings {
  /** As `--loss` takes it, never `auto`: a result depends on which one it was. */
  readonly loss: string;
  readonly psi: number;
  readonly class?: number;
  readonly sideBySide: boolean;
}

export interface Toon {
  readonly picture: Picture;
  readonly distance: number;
  /** Of the reconstruction in the base generator, in decibels. */
  readonly psnr: number;
  /** The step at which an earlier run's search was taken up, where there was one. */
  readonly resumedAt?: number;
}

/** Turns one picture after the other into its counterpart. Calls must not overlap. */
export interface Toonifier {
  /** What computes, in words. */
  readonly engine: string;
  /** @param aligned a picture of the generators' size */
  toonify(
    aligned: Picture,
    options: {
      /** A file in which the search is kept until its result is safe: it stays, and the caller takes it away. */
      state?: string;
      signal: AbortSignal;
      onStep: (step: number, loss: number) => void;
      /** Receives some sixty pictures of the search: the picture, what the base makes of it so far, and the toon. */
      onFrame?: (frame: Picture) => void;
    },
  ): Promise<Toon>;
  dispose(): Promise<void>;
}

/** Compiles both generators once, for any number of pictures. Where the base is tuned, the models have to stay open. */
export async function createToonifier(
  { base, blend, blendOf }: Pick<Models, 'base' | 'blend' | 'blendOf'>,
  engine: Engine,
  settings: ToonSettings,
  loss: Loss,
): Promise<Toonifier> {
  const { psi, space, pull, profile, steps, seed, discardNoise } = settings;
  const label = labelOf(requireRendered(base), settings.class);
  const model = await base.sha256();
  const search = { model, class: settings.class, space, pull, profile, steps, seed, discardNoise };
  const projector = await createProjector(base, engine, { loss, label, space, pull });
  const inBlend = await createRenderer(blend, engine);
  const { pivotal } = settings;
  const tuning = pivotal === undefined ? undefined : await createTunedBlends({ base, blendOf }, engine, loss);
  // Only a film shows what the base makes of the steps on the way.
  let inBase: Renderer | undefined;
  return {
    engine: engine.description,
    async toonify(aligned, { state, signal, onStep, onFrame }) {
      const searchSteps = plannedSteps(profile, steps, base.architecture.resolution);
      const every = stepsPerFrame(searchSteps);
      // Noise that was discarded leaves the blend with its own.
      const toonOf = ({ w, noise }: Pick<Latents, 'w' | 'noise'>, renderer = inBlend) =>
        renderer.picture(
          stylesOfLatents(w, renderer, { psi }),
          new Map([...renderer.noise('const'), ...noise]),
        );
      const binding = searchBinding({ ...search, loss: settings.loss }, aligned);
      const kept = state === undefined ? undefined : await keepState(state, { binding, signal });
      const { best } = await projector.project(fromPicture(aligned), {
        profile,
        steps,
        seed,
        discardNoise,
        signal,
        ...(kept && { resume: kept.resume, onState: kept.onState }),
        async onStep({ step, loss, w, noise }) {
          onStep(step + 1, loss);
          if (onFrame === undefined || step % every !== 0) return;
          inBase ??= await createRenderer(base, engine);
          const found = await inBase.picture(stylesOfLatents(w, inBase, {}), noise);
          onFrame(await sideBySide(aligned, found, await toonOf({ w, noise })));
        },
      });
      const end = await tuning?.tune(fromPicture(aligned), best, {
        steps: pivotal!,
        signal,
        onStep: ({ step, distance }) => onStep(searchSteps + step + 1, distance),
      });
      const { image, distance } = end?.tuned ?? best;
      const found = toPicture(image);
      const toon = await toonOf(best, end?.inBlend);
      await end?.inBlend.dispose();
      onFrame?.(await sideBySide(aligned, found, toon));
      return {
        picture: settings.sideBySide ? await sideBySide(aligned, found, toon) : toon,
        distance,
        psnr: psnr(found, aligned),
        ...(kept?.resume === undefined ? {} : { resumedAt: kept.resume.step }),
      };
    },
    async dispose() {
      await Promise.all([projector, inBlend, inBase, tuning].map((one) => one?.dispose()));
    },
  };
}

function sideBySide(aligned: Picture, found: Picture, toon: Picture): Promise<Picture> {
  return contactSheet({ rows: [[aligned, found, toon]], columnLabels: ['picture', 'found', 'toon'] });
}
