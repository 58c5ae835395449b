/**
 * Which resolution a tensor belongs to, by its name alone. Every family has one naming (`docs` of the readers):
 *
 * | network | names | resolution |
 * |---|---|---|
 * | StyleGAN2 generator | `synthesis.b{r}.*` | r |
 * | StyleGAN2 discriminator | `b{r}.*`; the epilogue is `b4.*` | r |
 * | StyleGAN, PGGAN | `[synthesis/]{r}x{r}/*`, `{r}x{r}/ToRGB_lod{n}`, `synthesis/noise{k}` | r, 4·2^⌊k/2⌋ |
 * | StyleGAN3 | `synthesis.L{i}_{size}_{channels}.*`, `synthesis.input.*` | the sampling rate, 16 |
 * | lucidrains | `G.blocks.{i}.*`, `G.attns.{i}.*`, `G.initial_*` | 4·2^i, 4 |
 *
 * A lucidrains discriminator counts its blocks from the picture downwards, so that names do not tell.
 */
const RULES: readonly [RegExp, (digits: number) => number][] = [
  [/^(?:synthesis\.)?b(\d+)\./, (r) => r],
  [/^(?:synthesis\/)?(\d+)x\d+\//, (r) => r],
  [/^synthesis\/noise(\d+)$/, (k) => 4 * 2 ** Math.floor(k / 2)],
  [/^synthesis\.L\d+_(\d+)_/, samplingRate],
  [/^synthesis\.input\.()/, () => STYLEGAN3_FIRST_RATE],
  [/^G\.(?:blocks|attns)\.(\d+)\./, (i) => 4 * 2 ** i],
  [/^G\.initial_(?:block|conv)()/, () => 4],
];

/** StyleGAN3 starts from Fourier features that are sampled as densely as a 16 px picture. */
const STYLEGAN3_FIRST_RATE = 16;

/** Layers of StyleGAN3 are larger than what they sample by a margin of 10 on each side, but for the last ones. */
const STYLEGAN3_MARGIN = 20;

/** The resolution that a canonical tensor name belongs to, or null (mapping network, `w_avg`). */
export function resolutionOf(name: string): number | null {
  for (const [pattern, resolution] of RULES) {
    const match = pattern.exec(name);
    if (match) return resolution(Number(match[1]));
  }
  return null;
}

function samplingRate(size: number): number {
  const isPicture = Number.isInteger(Math.log2(size));
  return isPicture ? size : 2 ** Math.round(Math.log2(Math.max(size - STYLEGAN3_MARGIN, 1)));
}
