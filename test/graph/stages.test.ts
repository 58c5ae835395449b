import { expect, test } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import { compileStaged } from '../../src/engine/staged.js';
import * as graph from '../../src/graph/index.js';

const engine = await openEngine({ device: 'cpu', threads: 1 });

const [x, target] = ['x', 'target'].map((name) => graph.input(name, [1, 1, 2, 2]));
const kernel = graph.constant([2], [1, 1, 1, 1]);
/** Of the target, that is: 4 t². */
const features = (image: graph.Tensor) => graph.square(graph.conv2d(image, kernel));

test('what depends on the early inputs only is not computed again', async () => {
  const loss = graph.reshape(graph.sum(graph.square(graph.sub(x!, features(target!))), [0, 1, 2, 3]), [1]);
  const [gradient] = graph.gradients(loss, [x!]);
  const whole = graph.program({ loss, gradient: gradient!, features: features(target!) });
  const { early, late } = graph.inStages(whole, ['target']);
  expect([...early.inputs.keys()]).toEqual(['target']);
  expect(late.nodes.some((node) => node.kind === 'conv2d')).toBe(false);
  expect([...late.inputs.keys()].sort()).toEqual(['early.0', 'early.1', 'x']);

  const staged = await compileStaged(engine, whole, ['target']);
  const fixed = await staged.prepare({ target: Float32Array.of(1, 2, 3, 4) });
  const results = await staged.run({ x: Float32Array.of(5, 16, 36, 60), ...fixed });
  expect([...results['features']!]).toEqual([4, 16, 36, 64]);
  expect([...results['loss']!]).toEqual([1 + 16]);
  expect([...results['gradient']!]).toEqual([2, 0, 0, -8]);
  await staged.dispose();
});

test('an input that nothing is made of beforehand is fed as it is', async () => {
  const whole = graph.program({ y: graph.sub(x!, target!) });
  const staged = await compileStaged(engine, whole, ['target']);
  const fixed = await staged.prepare({ target: Float32Array.of(1, 2, 3, 4) });
  const { y } = await staged.run({ x: Float32Array.of(5, 5, 5, 5), ...fixed });
  expect([...y!]).toEqual([4, 3, 2, 1]);
  await staged.dispose();
});

test('an input may be needed both as it is and for what is made of it', async () => {
  const whole = graph.program({ y: graph.add(graph.mul(x!, features(target!)), target!) });
  const staged = await compileStaged(engine, whole, ['target']);
  const fixed = await staged.prepare({ target: Float32Array.of(1, 2, 3, 4) });
  const { y } = await staged.run({ x: Float32Array.of(1, 1, 1, 2), ...fixed });
  expect([...y!]).toEqual([4 + 1, 16 + 2, 36 + 3, 128 + 4]);
  await staged.dispose();
});
