import { expect, test } from 'vitest';
import { resolutionsOf } from '../../src/checkpoint/architecture/architecture.js';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { type Engine, openEngine } from '../../src/engine/index.js';
import { blendCandidate, type Candidate, modelCandidate } from '../../src/explore/candidate.js';
import { type CandidateOptions, renderCandidates } from '../../src/explore/render-candidates.js';
import { type Picture, toPicture } from '../../src/picture/picture.js';
import { createRenderer } from '../../src/render/renderer.js';
import { pairOf } from '../../src/swap/blend.js';
import { pairRecipe } from '../../src/swap/recipe/pair.js';
import { fixture, goldenTensors, maxDifference } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });

/** An engine that counts. */
function counting(): Engine & { compiled: number; runs: number; live: number; most: number } {
  const counted = {
    ...engine,
    compiled: 0,
    runs: 0,
    live: 0,
    most: 0,
    async compile(program: Parameters<Engine['compile']>[0]) {
      counted.compiled++;
      counted.most = Math.max(counted.most, ++counted.live);
      const executable = await engine.compile(program);
      return {
        ...executable,
        async dispose() {
          counted.live--;
          await executable.dispose();
        },
        run: (inputs: Parameters<typeof executable.run>[0]) => {
          counted.runs++;
          return executable.run(inputs);
        },
      };
    },
  };
  return counted;
}

async function picturesOf(
  candidates: readonly Candidate[],
  seeds: readonly number[],
  options: CandidateOptions = {},
  with_: Engine = engine,
): Promise<Picture[][]> {
  const pictures: Picture[][] = candidates.map(() => []);
  await renderCandidates(candidates, seeds, with_, options, (candidate, seed, picture) => {
    expect(pictures[candidate]![seed]).toBeUndefined();
    pictures[candidate]![seed] = picture;
  });
  return pictures;
}

async function alone(
  checkpoint: Checkpoint,
  seeds: readonly number[],
  options: CandidateOptions,
): Promise<Picture[]> {
  const renderer = await createRenderer(checkpoint, engine);
  const pictures: Picture[] = [];
  for (const seed of seeds) {
    pictures.push(await renderer.picture(await renderer.styles(seed, options), renderer.noise('const')));
  }
  await renderer.dispose();
  return pictures;
}

function swapCandidates(
  base: Checkpoint,
  transfer: Checkpoint,
  more: Partial<{ ramp: number; mapping: 'transfer' }> = {},
) {
  return resolutionsOf(base.architecture as { resolution: number }).map((swap) =>
    blendCandidate(pairOf(base, transfer), pairRecipe({ swap, ...more })),
  );
}

test('every swap is the picture that the blend renders alone, and that the reference implementation renders', async () => {
  const base = await openCheckpoint(fixture('golden/golden32.pkl'));
  const transfer = await openCheckpoint(fixture('golden/golden32-tuned.pkl'));
  const swaps = swapCandidates(base, transfer);
  const candidates = [
    modelCandidate(base),
    ...swaps,
    modelCandidate(transfer),
    blendCandidate(pairOf(base, transfer), pairRecipe({ swap: 8, ramp: 1, mapping: 'transfer' })),
  ];
  const [seeds, options] = [[85], { psi: 0.7 }];
  const pictures = await picturesOf(candidates, seeds, options);
  for (const [i, { checkpoint }] of candidates.entries()) {
    for (const [k, picture] of (await alone(checkpoint, seeds, options)).entries()) {
      expect(maxDifference(pictures[i]![k]!.data, picture.data)).toBeLessThanOrEqual(1);
    }
  }
  const expected = await goldenTensors('golden-expected.safetensors');
  for (const [i, swap] of [4, 8, 16].entries()) {
    const golden = toPicture(expected.get(`blend.swap${swap}.seed85.image_psi07`)!);
    expect(maxDifference(pictures[i + 1]![0]!.data, golden.data)).toBeLessThanOrEqual(1);
  }
  await Promise.all([base.close(), transfer.close()]);
});

test('what swaps have in common is compiled and computed once', async () => {
  const base = await openCheckpoint(fixture('golden/golden32.pkl'));
  const transfer = await openCheckpoint(fixture('golden/golden32-tuned.pkl'));
  const counted = counting();
  await picturesOf([modelCandidate(base), ...swapCandidates(base, transfer)], [0, 1, 2], {}, counted);
  // Four resolutions of two models, and the mapping network of the base.
  expect(counted.compiled).toBe(2 * 4 + 1);
  // A block goes when it has been used for the last time: never are there more than one network has.
  expect([counted.most, counted.live]).toEqual([4, 0]);
  // At 4 px two ways to begin; at every further resolution one more.
  expect(counted.runs).toBe(3 * (2 + 3 + 4 + 5) + 3);
  await Promise.all([base.close(), transfer.close()]);
});

test('a quick look is the picture of a network that ends there', async () => {
  const model = await openCheckpoint(fixture('golden/golden32.pkl'));
  const [[picture]] = (await picturesOf([modelCandidate(model)], [3], { size: 8 })) as [[Picture]];
  expect([picture.width, picture.height]).toEqual([8, 8]);
  expect(new Set(picture.data).size).toBeGreaterThan(10);
  await model.close();
});

test('stops when it is told to', async () => {
  const model = await openCheckpoint(fixture('golden/golden32.pkl'));
  const controller = new AbortController();
  const stopped = renderCandidates(
    [modelCandidate(model)],
    [1, 2, 3],
    engine,
    { signal: controller.signal },
    () => controller.abort(),
  );
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  await model.close();
});

test.each(['stylegan1-fixed', 'stylegan1-growing', 'pggan-growing', 'pggan-start'])(
  '%s goes through its blocks to the same picture',
  async (name) => {
    const model = await openCheckpoint(new URL(`../generator/older/${name}.pkl`, import.meta.url).pathname);
    const [pictures] = await picturesOf([modelCandidate(model)], [0, 5]);
    for (const [k, picture] of (await alone(model, [0, 5], {})).entries()) {
      expect(maxDifference(pictures![k]!.data, picture.data)).toBeLessThanOrEqual(1);
    }
    await model.close();
  },
);
