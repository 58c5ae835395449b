// Finds a picture in a generator, moves its w towards another face's, and renders each step through the generator and
// through a blend: one row each.
//
//   node examples/edit-w.js picture.png
import { openBlend, openEngine, openModel, project, writePicture } from 'stylegan-blend';
import { contactSheet, createRenderer, truncated } from 'stylegan-blend/render';

const [picture = 'picture.png'] = process.argv.slice(2);
const base = await openModel('toonhead');
const blend = await openBlend({ base: 'toonhead', transfer: 'pixelart', swap: 8 });
const engine = await openEngine();
const before = await createRenderer(base, engine);
const after = await createRenderer(blend, engine);

const { found } = await project(base, picture, { engine, profile: 'reference', steps: 100 });
const { w, noise } = found.best; // [w_dim]
const other = await before.w(85);
const shares = [0, 0.25, 0.5, 0.75];

/** @param {import('stylegan-blend/render').Renderer} renderer */
async function row(renderer) {
  const pictures = [];
  for (const share of shares) {
    const moved = w.map((value, i) => (1 - share) * value + share * (other[i] ?? 0));
    const ws = truncated(moved, renderer.wAvg, renderer.architecture); // [rows, w_dim], a row for each layer
    pictures.push(await renderer.picture(ws, noise));
  }
  return pictures;
}
const sheet = await contactSheet({
  rows: [await row(before), await row(after)],
  rowLabels: ['toonhead', 'blend'],
  columnLabels: shares.map((share) => `${100 * share} %`),
});
await writePicture('edited.png', sheet, { force: true });

// In TypeScript, and from Node 24, `await using` does this.
for (const renderer of [before, after]) await renderer[Symbol.asyncDispose]();
for (const checkpoint of [base, blend]) await checkpoint.close();
