import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { openSafetensors } from '../../src/formats/safetensors/read.js';
import { createRenderer } from '../../src/render/renderer.js';
import { maxDifference } from '../support/golden.js';

/**
 * What the golden files do not have, as small TensorFlow pickles with random weights. `expected.safetensors` is the
 * picture of seed 7 (psi 0.6 with StyleGAN's own cutoff), computed in 64 bits by a transcript of the TensorFlow code.
 */
const folder = (name: string) => fileURLToPath(new URL(`older/${name}`, import.meta.url));
const engine = await openEngine({ device: 'cpu', threads: 2 });

test.each([
  ['stylegan1-classes', 'three classes, a mapping network of another width and learning rate', 2],
  ['stylegan1-fused', 'fused up-convolutions below 128 px', undefined],
  ['stylegan1-growing', 'lod 1.3: two ToRGB blended', undefined],
  ['stylegan1-fixed', 'the ToRGB of the last resolution only', undefined],
  ['pggan-fused', 'Conv0_up', undefined],
  ['pggan-classes', 'a label behind z', 1],
  ['pggan-growing', 'lod 2: the 8 px ToRGB alone', undefined],
  ['pggan-start', 'a lod beyond the first resolution', undefined],
])('%s: %s', async (name, _, classIndex) => {
  const expected = await openSafetensors(folder('expected.safetensors'));
  const checkpoint = await openCheckpoint(folder(`${name}.pkl`));
  const renderer = await createRenderer(checkpoint, engine);
  const psi = name.startsWith('stylegan1') ? 0.6 : 1;
  const image = await renderer.image(await renderer.styles(7, { psi, classIndex }), renderer.noise('const'));
  expect(maxDifference(image, await expected.read(name))).toBeLessThan(1e-4);
  await Promise.all([renderer.dispose(), checkpoint.close(), expected.close()]);
});
