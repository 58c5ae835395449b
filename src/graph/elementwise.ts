import { broadcast, sumTo } from './broadcasting.js';
import { scalar } from './leaves.js';
import { node, type Tensor } from './tensor.js';

/** a + b, broadcast. */
export function add(a: Tensor, b: Tensor): Tensor {
  return node('add', {}, [a, b], broadcast(a.shape, b.shape), (g) => [
    () => sumTo(g, a.shape),
    () => sumTo(g, b.shape),
  ]);
}

/** a - b, broadcast. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return node('sub', {}, [a, b], broadcast(a.shape, b.shape), (g) => [
    () => sumTo(g, a.shape),
    () => scale(sumTo(g, b.shape), -1),
  ]);
}

/** a · b, broadcast. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return node('mul', {}, [a, b], broadcast(a.shape, b.shape), (g) => [
    () => sumTo(mul(g, b), a.shape),
    () => sumTo(mul(g, a), b.shape),
  ]);
}

/** x · factor. */
export function scale(x: Tensor, factor: number): Tensor {
  return mul(x, scalar(factor));
}

/** x². */
export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** 1 / sqrt(x); d/dx = -½ x^(-3/2), written with the node's own value. */
export function rsqrt(x: Tensor): Tensor {
  const y: Tensor = node('rsqrt', {}, [x], x.shape, (g) => [() => scale(mul(g, mul(y, square(y))), -0.5)]);
  return y;
}

/**
 * x where x > 0, slope · x elsewhere, 0 ≤ slope < 1; slope 0 is the plain ReLU. The result has the sign of x, so
 * its gradient needs no more than the result, and x need not be kept.
 */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  const y: Tensor = node('leakyRelu', { slope }, [x], x.shape, (g) => [
    () => mul(g, leakyReluSlope(y, slope)),
  ]);
  return y;
}

/** 1 where x > 0, slope elsewhere; piecewise constant, so nothing flows back. */
export function leakyReluSlope(x: Tensor, slope: number): Tensor {
  return node('leakyReluSlope', { slope }, [x], x.shape, () => [null]);
}

/** min(max(x, -bound), bound). */
export function clamp(x: Tensor, bound: number): Tensor {
  return node('clamp', { low: -bound, high: bound }, [x], x.shape, (g) => [() => mul(g, within(x, bound))]);
}

/** min(max(x, 0), 6), the activation of MobileNets (Howard et al. 2017). The result is inside where x is. */
export function relu6(x: Tensor): Tensor {
  const y: Tensor = node('clamp', { low: 0, high: 6 }, [x], x.shape, (g) => [
    () => mul(g, within(sub(y, scalar(3)), 3)),
  ]);
  return y;
}

/** 1 where |x| < bound, 0 elsewhere; piecewise constant, so nothing flows back. */
export function within(x: Tensor, bound: number): Tensor {
  return node('within', { bound }, [x], x.shape, () => [null]);
}
