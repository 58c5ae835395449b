import { add, repeat, scale, sub, type Tensor } from '../../graph/index.js';

/**
 * Progressive growing (PGGAN section 2; StyleGAN's `structure='linear'`). Every resolution has a ToRGB_lod{n} of its
 * own, n halvings below the full one. A network of lod 0 is fully grown and shows lod 0 alone. At lod 1.3 the picture
 * is 0.7 parts of ToRGB_lod1 and 0.3 parts of ToRGB_lod2, doubled; whatever is finer does not show yet, and the
 * picture is repeated up to the full size.
 */
export interface Growing {
  readonly resolution: number;
  readonly lod?: number;
}

/** Side in pixels of the finest block that shows. */
export function shownResolution(growing: Growing): number {
  return growing.resolution / 2 ** Math.floor(clippedLod(growing));
}

/**
 * The picture of full size.
 * @param features those of the finest resolution that shows, and while it fades in those of the one before
 * @param toRgb the picture [N, 3, r, r] of the features of resolution r
 */
export function grownPicture(
  growing: Growing,
  features: ReadonlyMap<number, Tensor>,
  toRgb: (resolution: number, x: Tensor) => Tensor,
): Tensor {
  const shown = shownResolution(growing);
  const pictureOf = (r: number) => toRgb(r, features.get(r)!);
  const fading = clippedLod(growing) % 1;
  let picture = pictureOf(shown);
  if (fading > 0) {
    const coarse = repeat(pictureOf(shown / 2), 2);
    picture = add(picture, scale(sub(coarse, picture), fading));
  }
  const factor = growing.resolution / shown;
  return factor === 1 ? picture : repeat(picture, factor);
}

/** Whether the picture is in part that of the next coarser resolution. */
export function isFading(growing: Growing): boolean {
  return clippedLod(growing) % 1 > 0;
}

/** Growing starts at 4 px. */
function clippedLod({ resolution, lod = 0 }: Growing): number {
  return Math.min(Math.max(lod, 0), Math.log2(resolution / 4));
}
