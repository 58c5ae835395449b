/** Tools whose blends can be remade. t27/stylegan2-ada-pytorch has pinkney's rule without its slip. */
export const CUT_TOOLS = ['pinkney', 't27', 'dvschultz', 'animegan'] as const;
export type CutTool = (typeof CUT_TOOLS)[number];

/** Where dvschultz's tool cuts unless it is told otherwise. */
export const DVSCHULTZ_RESOLUTION = 64;
