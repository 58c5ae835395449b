import type { Engine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import { openScratch } from '../files/scratch.js';
import { CHANNELS, type Picture } from '../picture/picture.js';
import type { SeedOptions } from '../render/renderer.js';
import { type BlendParameters, candidateOfParameters } from './parameters.js';
import { renderCandidates } from './render-candidates.js';

/** A value that stays, or one that goes from the first to the second. */
export type Sliding = number | readonly [from: number, to: number];

export interface SlideOptions extends SeedOptions {
  /** The models, and everything that stays. */
  readonly fixed: BlendParameters;
  /** What slides. The swap does so in octaves. */
  readonly sliding: { readonly [name in 'swap' | 'ramp' | 'amount']?: Sliding };
  readonly seeds: readonly number[];
  /** How many frames, from 2. */
  readonly frames: number;
  /** Go back to where it began, without showing the ends twice; an odd number of frames becomes even. Default true. */
  readonly back?: boolean;
  readonly signal?: AbortSignal;
}

/** Blends that are rendered together, so that they can share what they have in common. */
const TOGETHER = 12;

/**
 * The frames of a slide: the same faces, through a blend that changes.
 * @returns frame by frame a picture for each seed
 * @throws as `candidateOfParameters` and `renderCandidates`
 */
export async function* slide(engine: Engine, options: SlideOptions): AsyncGenerator<Picture[]> {
  const { seeds, frames, back = true, signal } = options;
  const last = lastStep({ frames, back });
  // All of them before the first picture, so that what is wrong shows at once.
  const candidates = parametersOfSlide(options).map(candidateOfParameters);
  const there = back ? await openScratch() : undefined;
  try {
    let side = 0;
    for (let start = 0; start < candidates.length; start += TOGETHER) {
      const chosen = candidates.slice(start, start + TOGETHER);
      const pictures: Picture[][] = chosen.map(() => []);
      await renderCandidates(chosen, seeds, engine, options, (candidate, seed, picture) => {
        pictures[candidate]![seed] = picture;
        side = picture.width;
      });
      for (const frame of pictures) {
        for (const { data } of frame) await there?.write(data);
        yield frame;
      }
    }
    if (there === undefined) return;
    const file = there.asFile('frames');
    const length = CHANNELS * side * side;
    for (let i = last - 1; i > 0; i--) {
      throwIfAborted(signal);
      const frame: Picture[] = [];
      for (const k of seeds.keys()) {
        const data = await file.read((i * seeds.length + k) * length, length);
        frame.push({ width: side, height: side, data });
      }
      yield frame;
    }
  } finally {
    await there?.close();
  }
}

/** The blends of a slide from one end to the other. */
export function parametersOfSlide(options: SlideOptions): BlendParameters[] {
  const last = lastStep(options);
  return Array.from({ length: last + 1 }, (_, i) => parametersAt(options, i / last));
}

/** How many frames a slide really has: going back, each step but the ends is shown twice. */
export function slideFrames({ frames, back = true }: Pick<SlideOptions, 'frames' | 'back'>): number {
  return back ? 2 * lastStep({ frames, back }) : frames;
}

function lastStep({ frames, back = true }: Pick<SlideOptions, 'frames' | 'back'>): number {
  return back ? Math.max(1, Math.round(frames / 2)) : frames - 1;
}

function parametersAt({ fixed, sliding }: SlideOptions, t: number): BlendParameters {
  const at = (value: Sliding | undefined, inOctaves = false) => {
    if (value === undefined || typeof value === 'number') return value;
    const [from, to] = value;
    // Ends are met exactly, as a resolution is one.
    if (t === 0 || t === 1) return t === 0 ? from : to;
    return inOctaves ? from * (to / from) ** t : from + t * (to - from);
  };
  const values = { swap: at(sliding.swap, true), ramp: at(sliding.ramp), amount: at(sliding.amount) };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return { ...fixed, ...Object.fromEntries(given) };
}
