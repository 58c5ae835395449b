import { input, type Program, program, type Tensor } from '../graph/index.js';
import { CARRIED, handedOverShapes } from './blocks.js';
import type { BlockState, GeneratorNetwork } from './generator.js';
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

/**
 * One block of the synthesis network: what the block before handed over (`before.values`, …), ws [1, rows, dim] and
 * noise.LAYER [1, 1, r, r] -> `values`, `gain` and `picture`, as far as there are; the last block `picture` alone.
 */
export function blockProgram(network: GeneratorNetwork, r: number, options: { isLast: boolean }): Program {
  const { space, blocks } = network;
  const ws = input('ws', [1, space.rows, space.dim]);
  const layers = network.noiseLayers.filter(({ resolution }) => resolution === r);
  const before = r === blocks[0] ? undefined : handedOver(handedOverShapes(network, r / 2));
  const after = network.block(r, before, ws, noiseInputsOf(layers));
  const wanted = options.isLast ? (['picture'] as const) : CARRIED;
  return program(
    Object.fromEntries(wanted.flatMap((name) => (after[name] === undefined ? [] : [[name, after[name]]]))),
  );
}

/**
 * ws and noise as of {@link synthesisProgram} -> rgb4, rgb8, …: what each block adds to the picture, [1, 3, r, r].
 */
export function contributionsProgram({ space, noiseLayers, blocks, block }: GeneratorNetwork): Program {
  const ws = input('ws', [1, space.rows, space.dim]);
  const noise = noiseInputsOf(noiseLayers);
  const contributions: Record<string, Tensor> = {};
  let state: BlockState | undefined;
  for (const r of blocks) {
    state = block(r, state, ws, noise);
    contributions[`rgb${r}`] = state.contribution!;
  }
  return program(contributions);
}

function handedOver({ values, gain, picture }: ReturnType<typeof handedOverShapes>): BlockState {
  return {
    values: input('before.values', values),
    ...(gain === undefined ? {} : { gain: input('before.gain', gain) }),
    ...(picture === undefined ? {} : { picture: input('before.picture', picture) }),
  };
}
