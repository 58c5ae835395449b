import type { Tensor } from './tensor.js';

/** Every node that `outputs` need, each after its inputs. Iterative: graphs may be thousands of nodes deep. */
export function inOrder(outputs: Iterable<Tensor>): Tensor[] {
  const done = new Set<Tensor>();
  const stack = [...outputs].reverse().map((tensor) => ({ tensor, next: 0 }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const child = done.has(top.tensor) ? undefined : top.tensor.inputs[top.next++];
    if (child === undefined) {
      done.add(top.tensor);
      stack.pop();
    } else if (!done.has(child)) {
      stack.push({ tensor: child, next: 0 });
    }
  }
  return [...done];
}
