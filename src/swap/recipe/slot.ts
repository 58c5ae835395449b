import { groupOf } from './groups.js';

/**
 * What a tensor does in its resolution: a convolution or its bias, a style's affine layer, toRGB, a noise strength.
 */
export type Part = 'conv' | 'affine' | 'torgb' | 'noise';

export const PARTS: readonly Part[] = ['conv', 'affine', 'torgb', 'noise'];

/** A resolution has two halves: `conv0` (at 4 px the constant) at level 0, `conv1` and toRGB at level 1. */
export type Level = 0 | 1;

/** The place of a tensor among those that belong to a resolution. */
export interface Slot {
  /** In pixels. */
  readonly resolution: number;
  readonly level: Level;
  readonly part: Part;
}

/** First halves, as the families spell them; lucidrains counts from 1. */
const FIRST_HALF =
  /[./](conv0|const|Conv0|Conv0_up|Const|Dense)([./]|$)|^G\.(initial_|.*\.(conv1|to_style1|to_noise1)\.)/;

const TORGB = /[./](torgb|ToRGB(_lod\d+)?|to_rgb)[./]/;

/** lucidrains calls the affine layers `to_style`, StyleGAN `StyleMod`. */
const AFFINE = /[./](affine|StyleMod|to_style\d?)[./]/;

const NOISE_STRENGTH = /([./]noise_strength|\/Noise\/weight|[./]to_noise\d\.\w+)$/;

/**
 * The slot of a canonical tensor name, of any family; undefined for what belongs to no resolution. The affine layer
 * of toRGB is an affine layer. StyleGAN3 has no halves: all of its layers are at level 1.
 */
export function slotOf(name: string): Slot | undefined {
  const group = groupOf(name);
  if (typeof group !== 'number') return undefined;
  return { resolution: group, level: FIRST_HALF.test(name) ? 0 : 1, part: partOf(name) };
}

function partOf(name: string): Part {
  if (AFFINE.test(name)) return 'affine';
  if (TORGB.test(name)) return 'torgb';
  return NOISE_STRENGTH.test(name) ? 'noise' : 'conv';
}
