import { expect, test } from 'vitest';
import { openRecipe } from '../../src/app/blending/open-recipe.js';
import { openGrid, type SweepAxis } from '../../src/app/sweep-grid.js';
import { fixture } from '../support/golden.js';

const [a, b] = [fixture('golden/golden32.pkl'), fixture('golden/golden32-tuned.pkl')];
const recipe = {
  version: 1 as const,
  base: 'a',
  models: { a, b: { model: b, alpha: { swap: 8 } }, c: { model: a, alpha: 0 } },
};
const gridOf = async (columns: SweepAxis, rows: SweepAxis) => {
  const opened = await openRecipe(recipe);
  const whole = ({ part, values }: SweepAxis) => ({
    part: part === 'seed' ? part : opened.partOf(part),
    values,
  });
  return openGrid(opened, { columns: whole(columns), rows: whole(rows), seed: 3 });
};

test('a sweep of a recipe has a generator for each combination, and one where they are equal', async () => {
  const seeds = { part: 'seed', values: [1, 2] };
  const swaps = await gridOf({ part: 'b.swap', values: [4, 16] }, seeds);
  expect(swaps).toMatchObject({
    rowLabels: ['seed 1', 'seed 2'],
    columnLabels: ['swap 4', 'swap 16'],
    seeds: [1, 2],
    curves: [
      [
        [1, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [
        [1, 1, 1, 0],
        [0, 0, 0, 0],
      ],
    ],
  });
  expect(swaps.candidates).toHaveLength(2);
  expect([...swaps.files].sort()).toEqual([a, b].sort());
  const names = ['synthesis.b4.const', 'synthesis.b8.conv0.weight', 'synthesis.b32.conv1.weight'];
  const shared = names.map((name) => new Set(swaps.candidates.map(({ contentOf }) => contentOf(name))).size);
  expect(shared).toEqual([1, 2, 1]);
  await swaps[Symbol.asyncDispose]();

  const amounts = await gridOf(
    { part: 'b.amount', values: [0, 0.5] },
    { part: 'c.amount', values: [0, 0.5] },
  );
  expect(amounts).toMatchObject({ columnLabels: ['b 0', 'b 0.5'], rowLabels: ['c 0', 'c 0.5'], seeds: [3] });
  expect(amounts.candidates).toHaveLength(4);
  await amounts[Symbol.asyncDispose]();

  // Another file for a model; what the others share is still shared.
  const models = await gridOf(
    { part: 'b.model', values: [b, a] },
    { part: 'method', values: ['linear', 'slerp'] },
  );
  expect(models.columnLabels).toEqual(['model golden32-tuned', 'model golden32']);
  const ofTop = models.candidates.map(({ contentOf }) => contentOf('synthesis.b32.conv1.weight'));
  expect(new Set(ofTop).size).toBe(1);
  await models[Symbol.asyncDispose]();
});

test.each([
  ['SWEEP_AXES', { part: 'swap', values: [4] }, { part: 'b.swap', values: [4] }],
  ['RECIPE_PART', { part: 'colour', values: [4] }, { part: 'seed', values: [1] }],
  ['SWAP_NOT_A_RESOLUTION', { part: 'b.swap', values: [4, 5] }, { part: 'seed', values: [1] }],
  ['ALPHA_SUM', { part: 'b.amount', values: [1] }, { part: 'c.amount', values: [0.5] }],
  ['RECIPE_MALFORMED', { part: 'b.amuont', values: [1] }, { part: 'seed', values: [1] }],
  ['FILE_MISSING', { part: 'b.model', values: ['./nowhere.pkl'] }, { part: 'seed', values: [1] }],
])('%s', async (code, columns, rows) => {
  await expect(gridOf(columns, rows)).rejects.toMatchObject({ code });
});
