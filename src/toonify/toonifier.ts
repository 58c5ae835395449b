import type { Engine } from '../engine/index.js';
import type { Loss } from '../metric/loss.js';
import { psnr } from '../metric/psnr.js';
import { fromPicture, type Picture, toPicture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import { stylesOfLatents } from '../project/latents-fit.js';
import type { Latents } from '../project/projector.js';
import { openSearch } from '../project/search.js';
import { createRenderer } from '../render/renderer.js';
import type { ToonModels } from './models.js';
import type { ToonSettings } from './settings.js';
import { createTunedBlends } from './tuned-blend.js';

/** What became of a picture. */
export interface Toon {
  readonly picture: Picture;
  /** What remains between the picture and its reconstruction in the base, in the loss. */
  readonly distance: number;
  /** Of the reconstruction in the base generator, in decibels. */
  readonly psnr: number;
  /** The step at which an earlier run's search was taken up, where there was one. */
  readonly resumedAt?: number;
}

export interface ToonOptions {
  /** A file in which the search is kept until its result is safe: it stays, and the caller takes it away. */
  readonly state?: string;
  readonly signal?: AbortSignal;
  /** @param step from 1 */
  readonly onStep?: (step: number, loss: number) => void;
  /** Receives some sixty pictures of the search: the picture, what the base makes of it so far, and the toon. */
  readonly onFrame?: (frame: Picture) => void;
}

/** Turns one picture after the other into its counterpart. Calls must not overlap. */
export interface Toonifier extends AsyncDisposable {
  /** What computes, in words. */
  readonly engine: string;
  /** @param aligned a picture of the generators' size */
  toonify(aligned: Picture, options?: ToonOptions): Promise<Toon>;
}

/**
 * Compiles both generators once, for any number of pictures. Where the base is tuned, or frames are wanted, the
 * models have to stay open.
 * @throws as `openSearch`, `createRenderer`, and where the base is tuned as `createTunedBlends`
 */
export async function createToonifier(
  { base, blend, blendOf }: ToonModels,
  engine: Engine,
  settings: ToonSettings,
  loss: Loss,
): Promise<Toonifier> {
  const { psi, space, pull, profile, steps, seed, discardNoise, pivotal } = settings;
  const model = await base.sha256();
  const kept = { model, class: settings.class, space, pull, profile, steps, seed, discardNoise };
  const binding = { ...kept, loss: settings.loss };
  const search = await openSearch(base, engine, { settings, loss, class: settings.class });
  const inBlend = await createRenderer(blend, engine);
  const tuning = pivotal === undefined ? undefined : await createTunedBlends({ base, blendOf }, engine, loss);
  // Noise that was discarded leaves the blend with its own.
  const toonOf = ({ w, noise }: Pick<Latents, 'w' | 'noise'>, renderer = inBlend) =>
    renderer.picture(stylesOfLatents(w, renderer, { psi }), new Map([...renderer.noise('const'), ...noise]));
  return {
    engine: engine.description,
    async toonify(aligned, { state, signal, onStep, onFrame } = {}) {
      const { best, resumedAt } = await search.find(aligned, {
        kept: state === undefined ? undefined : { path: state, binding },
        signal,
        onStep,
        onFrame:
          onFrame &&
          (async (found, latents) => onFrame(await sideBySide(aligned, found, await toonOf(latents)))),
      });
      const end = await tuning?.tune(fromPicture(aligned), best, {
        steps: pivotal!,
        signal,
        onStep: ({ step, distance }) => onStep?.(search.steps + step + 1, distance),
      });
      const { image, distance } = end?.tuned ?? best;
      const found = toPicture(image);
      const toon = await toonOf(best, end?.inBlend);
      await end?.inBlend.dispose();
      onFrame?.(await sideBySide(aligned, found, toon));
      const picture = settings.sideBySide ? await sideBySide(aligned, found, toon) : toon;
      return { picture, distance, psnr: psnr(found, aligned), resumedAt };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([search[Symbol.asyncDispose](), inBlend.dispose(), tuning?.[Symbol.asyncDispose]()]);
    },
  };
}

function sideBySide(aligned: Picture, found: Picture, toon: Picture): Promise<Picture> {
  return contactSheet({ rows: [[aligned, found, toon]], columnLabels: ['picture', 'found', 'toon'] });
}
