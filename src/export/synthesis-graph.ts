import type { GeneratorNetwork } from '../generator/generator.js';
import { constant, input, type Tensor } from '../graph/index.js';
import { OPEN_BATCH } from '../graph/onnx/open-batch.js';

/** Where an exported model's noise comes from. */
export const EXPORTED_NOISE = ['const', 'input', 'none'] as const;
export type ExportedNoise = (typeof EXPORTED_NOISE)[number];

/**
 * The synthesis network for any number of pictures.
 * @param ws [N, rows, dim], or `input` for an input of that name
 * @param noise `input` makes inputs noise.LAYER [N, 1, r, r]
 * @returns [N, 3, resolution, resolution]
 */
export function synthesisGraph(
  network: GeneratorNetwork,
  ws: Tensor | 'input',
  noise: ExportedNoise,
): Tensor {
  const { rows, dim } = network.space;
  const latents = ws === 'input' ? input('ws', [OPEN_BATCH, rows, dim]) : ws;
  return network.synthesis(latents, noiseMaps(network, noise));
}

function noiseMaps(network: GeneratorNetwork, noise: ExportedNoise): Map<string, Tensor> {
  if (noise === 'none') return new Map();
  return new Map(
    network.noiseLayers.map((layer) => {
      const { resolution: r } = layer;
      const map =
        noise === 'input'
          ? input(`noise.${layer.layer}`, [OPEN_BATCH, 1, r, r])
          : constant(network.noise(layer), [1, 1, r, r]);
      return [layer.layer, map];
    }),
  );
}
