import { entriesOf, itemsOf, type PickleValue } from '../../formats/pickle/values.js';
import type { ArchitectureHints } from './hints.js';

/**
 * What the TensorFlow pickles of StyleGAN and PGGAN generators say beside their tensors: `static_kwargs` of the
 * network and its components, the arguments of the functions that build them, and the names of these functions.
 */

type State = ReadonlyMap<PickleValue, PickleValue>;

/** Functions whose networks are known. The first one also builds the others' components. */
const BUILD_FUNCTIONS: readonly string[] = ['G_style', 'G_mapping', 'G_synthesis', 'G_paper'];

/** Arguments that change what a network computes, with the only value that this program computes with. */
const ONLY: ReadonlyMap<string, PickleValue> = new Map<string, PickleValue>([
  ['num_channels', 3],
  ['nonlinearity', 'lrelu'],
  ['mapping_nonlinearity', 'lrelu'],
  ['use_wscale', true],
  ['use_styles', true],
  ['const_input_layer', true],
  ['use_noise', true],
  ['use_pixel_norm', false],
  ['use_instance_norm', true],
  ['normalize_latents', true],
  ['use_pixelnorm', true],
  ['use_leakyrelu', true],
  ['pixelnorm_epsilon', 1e-8],
]);

/** StyleGAN's blur; the only one that it was ever trained with. */
const BLUR = '1,2,1';

/**
 * Hints of an older generator. Statements that cannot be met, or contradict each other, are its `problem`.
 * @param states of the network and of its components
 * @param lod value of the variable `lod`, where there is one
 */
export function olderHints(states: readonly State[], lod: number | undefined): ArchitectureHints {
  const settings = new Map<string, PickleValue>();
  let problem: string | undefined;
  for (const state of states) {
    const build = state.get('build_func_name');
    if (typeof build === 'string' && !BUILD_FUNCTIONS.includes(build.slice(build.lastIndexOf('.') + 1))) {
      problem ??= `build_func_name: expected ${BUILD_FUNCTIONS.join(', ')}, found ${quoted(build)}`;
    }
    for (const [name, value] of entriesOf(state.get('static_kwargs')) ?? []) {
      if (typeof name !== 'string') continue;
      if (settings.has(name) && quoted(settings.get(name)) !== quoted(value)) {
        problem ??= `static_kwargs: expected one ${name}, found ${quoted(settings.get(name))} and ${quoted(value)}`;
      }
      settings.set(name, value);
    }
  }
  for (const [name, only] of ONLY) {
    const value = settings.get(name);
    if (value === undefined || value === only || Number(value) === Number(only)) continue;
    problem ??= `static_kwargs: expected ${name} ${quoted(only)}, found ${quoted(value)}`;
  }
  const blur = settings.get('blur_filter');
  if (blur !== undefined && itemsOf(blur)?.join() !== BLUR) {
    problem ??= `static_kwargs: expected blur_filter [1, 2, 1], found ${quoted(blur)}`;
  }
  const isFixed = settings.get('structure') === 'fixed';
  return { ...numbersOf(settings), problem, lod: isFixed ? undefined : lod };
}

function numbersOf(settings: ReadonlyMap<string, PickleValue>): ArchitectureHints {
  const number = (name: string) => {
    const value = settings.get(name);
    return typeof value === 'number' ? value : undefined;
  };
  const fused = settings.get('fused_scale');
  return {
    resolution: number('resolution'),
    zDim: number('latent_size'),
    wDim: number('dlatent_size'),
    classes: number('label_size'),
    mappingLayers: number('mapping_layers'),
    mappingWidth: (number('mapping_layers') ?? 2) > 1 ? number('mapping_fmaps') : undefined,
    mappingLrMultiplier: number('mapping_lrmul'),
    ...(typeof fused === 'boolean' ? { fused, fusedFrom: fused ? 8 : null } : {}),
  };
}

/** A value in a message. Values may be nested without limit, so this looks one level deep. */
function quoted(value: PickleValue | undefined): string {
  const items = itemsOf(value);
  return items === undefined ? plain(value) : `[${items.slice(0, 8).map(plain).join(', ')}]`;
}

function plain(value: PickleValue | undefined): string {
  return typeof value === 'object' && value !== null ? 'something else' : `${value}`.slice(0, 40);
}
