import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import { constant, program } from '../../src/graph/index.js';
import { chooseLoss } from '../../src/metric/choose-loss.js';
import { LOSS_NAMES, lossSpecText, parseLossSpec } from '../../src/metric/loss-spec.js';
import { addModel, knownModels } from '../../src/models/index.js';
import { freshHome } from '../models/home.js';
import { fixture } from '../support/golden.js';

beforeEach(async () => {
  await freshHome();
});

/** Names the golden random SqueezeNet as somebody does who has the files already. */
async function addSqueeze(): Promise<void> {
  await addModel('lpips-squeeze', fixture('golden/lpips/squeeze-random-lin.pth'));
  await addModel('squeezenet1_1', fixture('golden/lpips/squeeze-random-trunk.pth'));
}

describe('auto', () => {
  test('is the pyramid where no weights are here', async () => {
    expect(await chooseLoss('auto', 64)).toMatchObject({ spec: 'pyramid', isAuto: true });
  });

  test('is LPIPS where its weights are, unless pictures are too small for it', async () => {
    await addSqueeze();
    const { loss, spec } = await chooseLoss('auto', 64);
    expect([loss.name, spec, loss.noiseWeight]).toEqual(['lpips-squeeze', 'lpips-squeeze', 1e5]);
    expect(await chooseLoss('auto', 16)).toMatchObject({ spec: 'pyramid' });
    await expect(chooseLoss('lpips-squeeze', 16)).rejects.toMatchObject({ code: 'PICTURE_TOO_SMALL' });
  });
});

test('weights that are not here are asked for by name', async () => {
  const missing = {
    code: 'WEIGHTS_NOT_PULLED',
    hint: expect.stringContaining('blend models pull lpips-vgg'),
  };
  await expect(chooseLoss('pyramid=0.1,lpips-vgg=1', 64)).rejects.toMatchObject(missing);
  await addModel('lpips-vgg', fixture('golden/lpips/squeeze-random-lin.pth'));
  await expect(chooseLoss('lpips-vgg', 64)).rejects.toMatchObject({
    message: 'lpips-vgg: its weights are not on this machine (vgg16)',
  });
  // It is weights, although nobody said so.
  expect(knownModels().get('lpips-vgg')).toMatchObject({ kind: 'weights', needs: ['vgg16'] });
});

test('several losses are added with their weights', async () => {
  await addSqueeze();
  const engine = await openEngine({ device: 'cpu', threads: 1 });
  const [a, b] = [0.1, 0.4].map((level) =>
    constant(
      Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => level + Math.sin(i) / 2),
      [1, 3, 32, 32],
    ),
  );
  const specs = ['lpips-squeeze=2,pyramid=0.5', 'lpips-squeeze', 'pyramid'];
  const losses = await Promise.all(specs.map((spec) => chooseLoss(spec, 32)));
  const distances = losses.map(({ loss }, k) => [String(k), loss.distance(a!, b!)] as const);
  const executable = await engine.compile(program(Object.fromEntries(distances)));
  const { 0: both, 1: lpips, 2: pyramid } = await executable.run({});
  await executable.dispose();
  expect(lpips![0]).toBeGreaterThan(0);
  expect(both![0]).toBeCloseTo(2 * lpips![0]! + 0.5 * pyramid![0]!, 5);
  expect(losses[0]!.spec).toBe(specs[0]);
  expect(losses[0]!.loss.noiseWeight).toBe(2e5 + 0.05);
});

test('a spec can be read again from what it says of itself', () => {
  const term = fc.record({
    name: fc.constantFrom(...LOSS_NAMES),
    weight: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(term, { minLength: 1, selector: ({ name }) => name }), (terms) => {
      expect(parseLossSpec(lossSpecText(terms))).toEqual(terms);
    }),
  );
});

test.each([
  ['lpips', 'LOSS_UNKNOWN'],
  ['', 'LOSS_UNKNOWN'],
  ['auto=1', 'LOSS_UNKNOWN'],
  ['pyramid=0', 'LOSS_MALFORMED'],
  ['pyramid=-1', 'LOSS_MALFORMED'],
  ['pyramid=1=2', 'LOSS_MALFORMED'],
  ['pyramid=1e999', 'LOSS_MALFORMED'],
  ['pixel,pixel=2', 'LOSS_MALFORMED'],
  ['__proto__', 'LOSS_UNKNOWN'],
])('refuses %j', (spec, code) => {
  expect(() => parseLossSpec(spec)).toThrow(expect.objectContaining({ code }));
});
