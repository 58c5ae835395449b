import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { GeneratorNetwork } from './generator.js';
import { noiseLayersOf } from './noise-layers.js';
import { pggan } from './older/pggan.js';
import { styleGan1 } from './older/stylegan1.js';
import { styleGan2 } from './stylegan2/network.js';
import { loadTensors, type Tensors } from './weights.js';

export interface LoadOptions {
  /**
   * Compute the three highest resolutions in 16-bit floats, in StyleGAN2. Older generators normalise their maps,
   * which magnifies what halves lose: they stay in 32 bits. Default: no.
   */
  readonly half?: boolean;
}

/**
 * Reads every tensor of a generator, of whichever architecture it is, and checks that it is finite.
 * The checkpoint may be closed afterwards.
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED`, `TENSOR_NOT_FINITE`; AbortedError
 */
export async function loadGenerator(
  checkpoint: Checkpoint,
  options: LoadOptions & { readonly signal?: AbortSignal } = {},
): Promise<GeneratorNetwork> {
  const architecture = requireRendered(checkpoint);
  return networkOf(architecture, await loadTensors(checkpoint, undefined, options.signal), options);
}

/**
 * A generator of which only some tensors are loaded: what needs no others works.
 * @throws as {@link loadGenerator}
 */
export async function loadPart(
  checkpoint: Checkpoint,
  isWanted: (name: string) => boolean,
  options: LoadOptions = {},
): Promise<GeneratorNetwork> {
  return networkOf(requireRendered(checkpoint), await loadTensors(checkpoint, isWanted), options);
}

/**
 * Mapping network, average and noise of a generator: what is needed beside a synthesis network that is compiled
 * already.
 * @throws as {@link loadGenerator}
 */
export async function loadMapping(checkpoint: Checkpoint): Promise<GeneratorNetwork> {
  const buffers = new Set(noiseLayersOf(requireRendered(checkpoint)).map(({ buffer }) => buffer));
  return loadPart(
    checkpoint,
    (name) => name.startsWith('mapping') || name === 'dlatent_avg' || buffers.has(name),
  );
}

function networkOf(
  architecture: RenderedArchitecture,
  tensors: Tensors,
  options: LoadOptions,
): GeneratorNetwork {
  switch (architecture.family) {
    case 'stylegan2':
      return styleGan2(architecture, tensors, options);
    case 'stylegan1':
      return styleGan1(architecture, tensors);
    case 'pggan':
      return pggan(architecture, tensors);
  }
}
