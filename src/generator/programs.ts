import { styleRows } from '../checkpoint/architecture.js';
import { input, type Program, program } from '../graph/index.js';
import { mapping } from './stylegan2-mapping.js';
import { noiseInputs, synthesis } from './stylegan2-synthesis.js';
import type { Weights } from './weights.js';

/** z [batch, z_dim] (and label [batch, classes] where there are classes) -> w [batch, w_dim]. */
export function mappingProgram(weights: Weights, batch: number): Program {
  const { zDim, classes } = weights.architecture;
  const label = classes > 0 ? input('label', [batch, classes]) : undefined;
  return program({ w: mapping(weights, input('z', [batch, zDim]), label) });
}

/** ws [1, rows, w_dim] and noise.LAYER [1, 1, r, r] -> image [1, 3, resolution, resolution]. */
export function synthesisProgram(weights: Weights): Program {
  const { architecture } = weights;
  const ws = input('ws', [1, styleRows(architecture), architecture.wDim]);
  return program({ image: synthesis(weights, ws, noiseInputs(weights)) });
}
