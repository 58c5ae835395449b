import { requireRendered } from '../../checkpoint/checkpoint.js';
import type { Engine } from '../../engine/index.js';
import type { Loss } from '../../project/loss.js';
import { createProjector } from '../../project/projector.js';
import { fromPicture, type Picture, toPicture } from '../../render/picture.js';
import { createRenderer } from '../../render/renderer.js';
import { contactSheet } from '../../render/sheet.js';
import { labelOf } from '../../render/styles.js';
import { stylesOfLatents } from '../latents-fit.js';
import type { SearchSettings } from '../options.js';
import { psnr } from '../psnr.js';
import type { Models } from './models.js';

export interface ToonSettings extends SearchSettings {
  /** As `--loss` takes it, never `auto`: a result depends on which one it was. */
  readonly loss: string;
  readonly psi: number;
  readonly class?: number | undefined;
  readonly sideBySide: boolean;
}

export interface Toon {
  readonly picture: Picture;
  readonly distance: number;
  /** Of the reconstruction in the base generator, in decibels. */
  readonly psnr: number;
}

/** Turns one picture after the other into its counterpart. Calls must not overlap. */
export interface Toonifier {
  /** What computes, in words. */
  readonly engine: string;
  /** @param aligned a picture of the generators' size */
  toonify(
    aligned: Picture,
    options: { signal: AbortSignal; onStep: (step: number, loss: number) => void },
  ): Promise<Toon>;
  dispose(): Promise<void>;
}

/** Compiles both generators once, for any number of pictures. */
export async function createToonifier(
  { base, blend }: Pick<Models, 'base' | 'blend'>,
  engine: Engine,
  settings: ToonSettings,
  loss: Loss,
): Promise<Toonifier> {
  const { psi, space, pull, profile, steps, seed, discardNoise } = settings;
  const label = labelOf(requireRendered(base), settings.class);
  const projector = await createProjector(base, engine, { loss, label, space, pull });
  const inBlend = await createRenderer(blend, engine);
  return {
    engine: engine.description,
    async toonify(aligned, { signal, onStep }) {
      const { best } = await projector.project(fromPicture(aligned), {
        profile,
        steps,
        seed,
        discardNoise,
        signal,
        onStep: ({ step, loss }) => onStep(step + 1, loss),
      });
      const found = toPicture(best.image);
      // Noise that was discarded leaves the blend with its own.
      const noise = new Map([...inBlend.noise('const'), ...best.noise]);
      const toon = await inBlend.picture(stylesOfLatents(best.w, inBlend, { psi }), noise);
      return {
        picture: settings.sideBySide ? await sideBySide(aligned, found, toon) : toon,
        distance: best.distance,
        psnr: psnr(found, aligned),
      };
    },
    async dispose() {
      await Promise.all([projector.dispose(), inBlend.dispose()]);
    },
  };
}

function sideBySide(aligned: Picture, found: Picture, toon: Picture): Promise<Picture> {
  return contactSheet({ rows: [[aligned, found, toon]], columnLabels: ['picture', 'found', 'toon'] });
}
