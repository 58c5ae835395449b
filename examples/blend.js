// Blends two generators, says what each resolution is made of, and renders six faces of the result.
//
//   node examples/blend.js
import { blend, render } from 'stylegan-blend';

const pair = { base: 'toonhead', transfer: 'pixelart', swap: 8, ramp: 0.5 };
const { document } = await blend(pair, { out: 'toon.safetensors', force: true });
for (const { group, weights } of document.plan) console.log(group, weights);

const seeds = [0, 1, 2, 3, 4, 5];
await render(document.output, { seeds, psi: 0.7, out: 'toon.png', force: true });
