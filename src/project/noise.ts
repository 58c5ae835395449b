import { add, averagePool, constant, mean, mul, reshape, roll, square, type Tensor } from '../graph/index.js';

/** Maps are not halved below this side in pixels. */
const SMALLEST = 8;

/**
 * Penalty for noise maps that carry a picture (StyleGAN2 appendix D): for each map and each halving of it down
 * to 8 px, the squared correlation of neighbours along both axes. Without the weight.
 * @param maps each [1, 1, r, r]; of none the penalty is 0
 * @returns shape [1]
 */
export function noiseRegulariser(maps: readonly Tensor[]): Tensor {
  const penalties = maps.flatMap((map) => {
    const terms: Tensor[] = [];
    let level = map;
    for (;;) {
      const correlations = [3, 2].map((axis) => square(mean(mul(level, roll(level, axis)))));
      terms.push(...correlations);
      if (level.shape[3]! <= SMALLEST) return terms;
      level = averagePool(level, 2);
    }
  });
  return penalties.length > 0 ? reshape(penalties.reduce(add), [1]) : constant([0], [1]);
}

/** Brings a map to mean 0 and mean square 1, in place. A constant map becomes zero. */
export function renormalise(map: Float32Array): void {
  let total = 0;
  for (const value of map) total += value;
  const average = total / map.length;
  let squares = 0;
  for (const value of map) squares += (value - average) ** 2;
  const gain = squares > 0 ? 1 / Math.sqrt(squares / map.length) : 0;
  for (let i = 0; i < map.length; i++) map[i] = (map[i]! - average) * gain;
}
