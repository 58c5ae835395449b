import { type RenderedArchitecture, resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { mul, reshape, type Shape, type Tensor } from '../graph/index.js';
import type { BlockState, GeneratorNetwork } from './generator.js';
import { type Growing, grownPicture, isFading, shownResolution } from './older/growing.js';

/** Activations between layers. */
export type Features = Pick<BlockState, 'values' | 'gain'>;

/** Activations with the gain that they still lack. */
export function finished({ values, gain }: Features): Tensor {
  if (gain === undefined) return values;
  return mul(values, reshape(gain, [gain.shape[0]!, gain.shape[1]!, 1, 1]));
}

/** What is carried from block to block. */
export const CARRIED = ['values', 'gain', 'picture'] as const;

/** The resolutions of a network's blocks, in order of computation. */
export function blocksOf(architecture: RenderedArchitecture): number[] {
  if (architecture.family === 'stylegan2') return resolutionsOf(architecture);
  return resolutionsOf({ resolution: shownResolution(architecture) });
}

/** The resolutions whose tensors a block depends on: its own, and while the last one fades in that before it. */
export function blockResolutions(architecture: RenderedArchitecture, r: number): number[] {
  if (architecture.family === 'stylegan2' || r !== shownResolution(architecture)) return [r];
  return isFading(architecture) ? [r / 2, r] : [r];
}

/** The picture of a whole synthesis network: its blocks one after the other. */
export function throughBlocks(
  blocks: readonly number[],
  block: (r: number, before: BlockState | undefined) => BlockState,
): Tensor {
  let state: BlockState | undefined;
  for (const r of blocks) state = block(r, state);
  return state!.picture!;
}

/** What a block hands over in generators that make the picture at the end, with that picture after the last block. */
export function withGrownPicture(
  growing: Growing,
  r: number,
  after: BlockState,
  before: BlockState | undefined,
  toRgb: (resolution: number, x: Tensor) => Tensor,
): BlockState {
  if (r !== shownResolution(growing)) return after;
  const features = new Map([[r, after.values]]);
  if (before !== undefined) features.set(r / 2, before.values);
  return { ...after, picture: grownPicture(growing, features, toRgb) };
}

/** Shapes of what the block of resolution r hands over, for one picture. */
export function handedOverShapes(
  { architecture, halfFrom = Number.POSITIVE_INFINITY }: Pick<GeneratorNetwork, 'architecture' | 'halfFrom'>,
  r: number,
): { values: Shape; gain?: Shape; picture?: Shape } {
  const channels = architecture.channels.get(r)!;
  const values = [1, channels, r, r];
  if (architecture.family !== 'stylegan2') return { values };
  const picture = [1, 3, r, r];
  const isFinished = architecture.convClamp !== null || r >= halfFrom;
  return isFinished ? { values, picture } : { values, picture, gain: [1, channels] };
}
