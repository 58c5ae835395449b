// A recipe that is built in code: three generators, one of them in a few resolutions only. It is written as YAML too,
// for `blend recipe.yaml`.
//
//   node examples/recipe.js
import { writeFile } from 'node:fs/promises';
import { blend, plan, recipe } from 'stylegan-blend';
import { printRecipe } from 'stylegan-blend/recipe';

/** @type {import('stylegan-blend').RecipeInput} */
const three = {
  version: 1,
  base: 'toonhead',
  models: {
    toonhead: null,
    pixelart: { alpha: { swap: 8, amount: 0.7 } },
    dylan: { alpha: { window: [32, 64], amount: 0.5 } },
  },
  method: { default: 'linear', 4: 'slerp' },
};

const { document: what } = await plan(three);
console.log(`${what.prediction.writtenBytes} bytes would be written`);
const { document: complete } = await recipe(three);
await writeFile('recipe.yaml', printRecipe(complete.recipe));
await blend(three, { out: 'three.safetensors', force: true });
