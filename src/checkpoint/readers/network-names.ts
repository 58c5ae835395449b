/**
 * What the networks of a training snapshot are called here, whatever a format calls them: `G_ema` (the running
 * average, with which pictures are made; TensorFlow's `Gs`, rosinality's `g_ema`), `G` and `D`. In the order of
 * preference: the first one that a file has is read unless another is asked for.
 */
export const NETWORK_NAMES = ['G_ema', 'G', 'D'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

const ALIASES: ReadonlyMap<string, NetworkName> = new Map([
  ['g_ema', 'G_ema'],
  ['gs', 'G_ema'],
  ['ge', 'G_ema'],
  ['generator_ema', 'G_ema'],
  ['g', 'G'],
  ['generator', 'G'],
  ['d', 'D'],
  ['discriminator', 'D'],
]);

/** The network that a name of any format means, regardless of case; undefined for other names. */
export function networkName(name: string): NetworkName | undefined {
  return ALIASES.get(name.toLowerCase());
}
