/**
 * `reference`: the projector of StyleGAN2 as it was published. `fast`: Gauss-Newton steps first, then a short
 * descent; measured beside each other in docs/projection.md.
 */
export const PROFILES = ['fast', 'reference'] as const;
export type Profile = (typeof PROFILES)[number];

/** Steps of Adam unless they are given. */
export const DEFAULT_STEPS: Readonly<Record<Profile, number>> = { fast: 100, reference: 1000 };

/** `w`: one w for all layers. `w+`: one for each, which comes closer and means less. */
export const SPACES = ['w', 'w+'] as const;
export type SpaceName = (typeof SPACES)[number];

/** How strongly W+ is drawn to the average w unless it is said. */
export const DEFAULT_PULL: Readonly<Record<SpaceName, number>> = { w: 0, 'w+': 1e-4 };
