import { reshape, sum, sumTo } from './broadcasting.js';
import { mul } from './elementwise.js';
import { matmul } from './matmul.js';
import { node, requireGraph, type Tensor } from './tensor.js';

/**
 * x + plane · factor + offset: the same picture added to every channel, as strongly as each channel's factor says.
 * One pass over the large x where engines can do it so.
 * @param x [N, C, H, W]
 * @param plane [N or 1, 1, H, W]
 * @param factors [N, C]
 * @param offsets [N, C]
 */
export function addPlane(x: Tensor, plane: Tensor, factors: Tensor, offsets: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  requireGraph(
    plane.shape.slice(1).join() === `1,${h},${w}` &&
      (plane.shape[0] === 1 || plane.shape[0] === n) &&
      [factors, offsets].every((one) => one.shape.join() === `${n},${c}`),
    () => `addPlane of [${[x, plane, factors, offsets].map((one) => one.shape).join('], [')}]`,
  );
  const perChannel = (values: Tensor) => reshape(sum(values, [2, 3]), [n, c]);
  return node('addPlane', {}, [x, plane, factors, offsets], x.shape, (g) => [
    () => g,
    () => {
      const rows = matmul(reshape(factors, [n, 1, c]), reshape(g, [n, c, h * w]));
      return sumTo(reshape(rows, [n, 1, h, w]), plane.shape);
    },
    () => perChannel(mul(g, plane)),
    () => perChannel(g),
  ]);
}
