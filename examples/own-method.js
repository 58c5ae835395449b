// A merge method of one's own: every weight is that of the model that has moved furthest from the base.
// docs/methods.md says what a method has to be.
//
//   node examples/own-method.js
import { addMethod, blend, render } from 'stylegan-blend';

addMethod({
  name: 'furthest',
  formula: 'base + α_k · (m_k - base), k the model with the largest |α_k · (m_k - base)|',
  source: 'this example',
  extrapolates: true,
  needsBase: true,
  merge([base, ...models]) {
    return base.values.map((origin, i) => {
      const moves = models.map(({ weight, values }) => weight * ((values[i] ?? 0) - origin));
      return origin + moves.reduce((most, move) => (Math.abs(move) > Math.abs(most) ? move : most), 0);
    });
  },
});

const recipe = {
  version: /** @type {const} */ (1),
  base: 'toonhead',
  models: { toonhead: null, pixelart: { alpha: { swap: 8 } }, dylan: { alpha: 0.5 } },
  method: 'furthest',
};
const { document } = await blend(recipe, { out: 'furthest.safetensors', force: true });
await render(document.output, { seeds: [0, 1, 2, 3], out: 'furthest.png', force: true });
