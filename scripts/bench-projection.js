/**
 * The two profiles of the projector side by side, as docs/projection.md has them: node scripts/bench-projection.js
 * [--model toonhead] [--targets 20] [--psi 1] [--photos] [--no-reference] Build first (npm run build). Targets are
 * 8-bit pictures that the model made itself, or with --photos the drawings of fixtures/pictures, which it has never
 * seen.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openModel } from 'stylegan-blend/checkpoint';
import { openEngine } from 'stylegan-blend/graph';
import { createProjector, psnr } from 'stylegan-blend/project';
import { createRenderer, fromPicture, readPicture, toPicture } from 'stylegan-blend/render';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'toonhead' },
    targets: { type: 'string', default: '20' },
    psi: { type: 'string', default: '1' },
    photos: { type: 'boolean', default: false },
    'no-reference': { type: 'boolean', default: false },
  },
});

const checkpoint = await openModel(options.model);
const engine = await openEngine({ device: 'cpu' });
const renderer = await createRenderer(checkpoint, engine);
const projector = await createProjector(checkpoint, engine);
const rows = [];
for await (const target of options.photos ? photos() : faces()) rows.push(await compared(target));
console.log(`median ${line(summary(rows, median))}`);
console.log(`worst  ${line(summary(rows, Math.max), summary(rows, Math.min))}`);
await projector.dispose();
await renderer.dispose();

async function* faces() {
  for (let seed = 0; seed < Number(options.targets); seed++) {
    const ws = await renderer.styles(seed, { psi: Number(options.psi) });
    const picture = await renderer.picture(ws, renderer.noise('const'));
    yield { name: `seed ${seed}`, w: ws.slice(0, renderer.space.dim), picture };
  }
}

async function* photos() {
  for (let k = 1; k <= Math.min(Number(options.targets), 12); k++) {
    const name = `person-${String(k).padStart(2, '0')}`;
    const path = fileURLToPath(new URL(`../fixtures/pictures/${name}.png`, import.meta.url));
    yield { name, picture: await readPicture(path, renderer.architecture.resolution) };
  }
}

async function compared({ name, picture, w }) {
  const target = fromPicture(picture);
  const reference = options['no-reference'] ? undefined : await timed(target, { profile: 'reference' });
  const fast = await timed(target, {}, reference?.distance);
  const error = w && lengthOf(w.map((value, i) => value - fast.w[i])) / lengthOf(w);
  const row = {
    reference: reference?.distance,
    referenceSeconds: reference?.seconds,
    distance: fast.distance,
    reached: fast.reached,
    seconds: fast.seconds,
    psnr: psnr(toPicture(fast.image), picture),
    error,
  };
  console.log(`${name.padEnd(10)} ${line(row)}`);
  return row;
}

/** @param goal a distance; `reached` is when the search came below it first */
async function timed(target, settings, goal = -1) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let reached;
  const { best } = await projector.project(target, {
    ...settings,
    onStep: ({ distance }) => {
      if (distance <= goal) reached ??= seconds();
    },
  });
  return { ...best, reached, seconds: seconds() };
}

function summary(all, of) {
  const keys = Object.keys(all[0]);
  const known = (key) => all.map((row) => row[key]).filter((value) => value !== undefined);
  return Object.fromEntries(keys.map((key) => [key, known(key).length > 0 ? of(...known(key)) : undefined]));
}

function line(row, least = row) {
  const number = (value, digits) => (value === undefined ? '-' : value.toPrecision(digits));
  return [
    `reference ${number(row.reference, 2)} in ${number(row.referenceSeconds, 3)} s`,
    `fast ${number(row.distance, 2)} in ${number(row.seconds, 3)} s`,
    `at the reference's loss after ${number(row.reached, 3)} s`,
    `PSNR ${number(least.psnr, 3)} dB`,
    ...(row.error === undefined ? [] : [`w off by ${(row.error * 100).toFixed(1)} %`]),
  ].join('; ');
}

function median(...numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function lengthOf(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
