import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openEngine } from '../../../src/engine/index.js';
import { pyramidLoss } from '../../../src/metric/loss.js';
import { collectGarbage } from '../../../src/toonify/batch/collect-garbage.js';
import { createToonifier } from '../../../src/toonify/toonifier.js';
import { randomGenerator } from '../../support/random-generator.js';

const SIDE = 16;
const settings = {
  profile: 'fast',
  space: 'w',
  pull: 0,
  steps: 2,
  seed: 0,
  discardNoise: false,
  loss: 'pyramid',
  psi: 1,
  sideBySide: false,
} as const;

test('nothing of a picture is kept once it is done', async () => {
  const engine = await openEngine({ device: 'cpu', threads: 1 });
  const models = {
    base: randomGenerator({ resolution: SIDE }),
    blend: randomGenerator({ resolution: SIDE, seed: 1 }),
  };
  const toonifier = await createToonifier(models, engine, settings, pyramidLoss);
  const { signal } = new AbortController();
  const toonify = async (count: number) => {
    for (let k = 0; k < count; k++) {
      const data = new Uint8Array(SIDE * SIDE * 3).fill(k * 8);
      await toonifier.toonify({ width: SIDE, height: SIDE, data }, { signal, onStep: () => {} });
    }
    collectGarbage();
    // What is outside of the heap is given back a moment later.
    await setImmediate();
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = await toonify(2);
  const after = await toonify(8);
  await toonifier[Symbol.asyncDispose]();
  // Eight pictures are 6 kB in bytes, and 25 kB as numbers.
  expect(after - before).toBeLessThan(4_000);
});
