import { input, type Program, program } from '../graph/index.js';
import type { GeneratorNetwork } from './generator.js';
import { noiseInputsOf } from './noise-layers.js';

/** z [batch, z_dim] (and label [batch, classes] where there are classes) -> w [batch, dim]: a row of latents. */
export function mappingProgram({ architecture, mapping }: GeneratorNetwork, batch: number): Program {
  const { zDim, classes } = architecture;
  const label = classes > 0 ? input('label', [batch, classes]) : undefined;
  return program({ w: mapping(input('z', [batch, zDim]), label) });
}

/** ws [1, rows, dim] and noise.LAYER [1, 1, r, r] -> image [1, 3, resolution, resolution]. */
export function synthesisProgram({ space, noiseLayers, synthesis }: GeneratorNetwork): Program {
  const ws = input('ws', [1, space.rows, space.dim]);
  return program({ image: synthesis(ws, noiseInputsOf(noiseLayers)) });
}
