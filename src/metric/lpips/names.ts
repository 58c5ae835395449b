/** Best first: what the papers project with, then the one that resembles it most. */
export const LPIPS_NAMES = ['lpips-vgg', 'lpips-squeeze', 'lpips-alex'] as const;
export type LpipsName = (typeof LPIPS_NAMES)[number];
