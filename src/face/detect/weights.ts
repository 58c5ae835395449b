import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from '../../files/package-root.js';
import { openSafetensors } from '../../formats/safetensors/read.js';
import type { Shape } from '../../graph/index.js';

/** A network that comes with the package: `fixtures/faces/README.md` says from where. */
export type FaceNetwork = 'detector' | 'landmarks';

/** A tensor of a network, row-major. */
export interface Weight {
  readonly values: Float32Array;
  readonly shape: Shape;
}

/** All of a network's tensors by name. */
export type DetectorWeights = (name: string) => Weight;

type Range = readonly [scale: number, min: number];

/** The metadata entry with scale and minimum of every tensor that is stored as 8-bit integers. */
const QUANTIZATION = 'quantization';

/**
 * Reads the weights of a network. The 8-bit integers v of its file stand for v * scale + minimum.
 * @throws InputFileError as `openSafetensors`
 */
export async function readWeights(network: FaceNetwork): Promise<DetectorWeights> {
  const path = fileURLToPath(new URL(`fixtures/faces/${network}.safetensors`, PACKAGE_ROOT));
  const file = await openSafetensors(path);
  try {
    const ranges: Record<string, Range> = JSON.parse(file.metadata[QUANTIZATION]!);
    const weights = new Map<string, Weight>();
    for (const [name, { shape }] of file.tensors) {
      const values = await file.read(name);
      const range = ranges[name];
      if (range !== undefined) scale(values, range);
      weights.set(name, { values, shape });
    }
    return (name) => weights.get(name)!;
  } finally {
    await file.close();
  }
}

/** In place; five million values, so no function is called for each. */
function scale(values: Float32Array, [factor, min]: Range): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * factor + min;
}
