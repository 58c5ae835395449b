import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { type ExportedModel, exportOnnx } from '../../src/export/export-onnx.js';
import { RandomState } from '../../src/generator/random-state.js';
import { fixture, goldenTensors, maxDifference } from '../support/golden.js';

test('the browser build of ONNX Runtime gives the pictures of the reference implementation', async () => {
  const ort = await import('onnxruntime-web');
  const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
  const [{ bytes }] = (await exportOnnx(checkpoint)) as [ExportedModel];
  await checkpoint.close();
  const session = await ort.InferenceSession.create(bytes);
  const seeds = [0, 85];
  const z = Float32Array.from(seeds.flatMap((seed) => [...new RandomState(seed).randn(32)]));
  const { image } = await session.run({
    z: new ort.Tensor('float32', z, [2, 32]),
    psi: new ort.Tensor('float32', [0.7], []),
  });
  const golden = await goldenTensors('golden-expected.safetensors');
  const want = seeds.flatMap((seed) => [...golden.get(`golden32.seed${seed}.image_psi07`)!]);
  expect(maxDifference(image!.data as Float32Array, want)).toBeLessThan(1e-4);
  await session.release();
});
