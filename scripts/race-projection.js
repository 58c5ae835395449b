/**
 * After what time the fast profile undercuts the loss at which the reference's 1000 steps end, by the clock:
 * node scripts/race-projection.js --out FILE.jsonl [--model toonhead] [--psi 1] [--targets 20] [--seconds 50]
 *   [--threads 2]
 * Build first (npm run build). A row is one target, an 8-bit picture that the model made itself; rows are appended to
 * the file, and a run that was cut short by --seconds goes on there. Both profiles run in this process, one after the
 * other, after a search of each for another picture. The loss of what the fast profile tries is measured with the
 * clock stopped.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openModel } from 'stylegan-blend/checkpoint';
import { graph, loadGenerator, noiseFeeds, noiseInputsOf, openEngine } from 'stylegan-blend/graph';
import { createProjector, pyramidLoss } from 'stylegan-blend/project';
import { createRenderer, fromPicture } from 'stylegan-blend/render';

const { broadcastTo, input, program, reshape } = graph;

const WARM_UP = 1000;

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    model: { type: 'string', default: 'toonhead' },
    psi: { type: 'string', default: '1' },
    targets: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '50' },
    threads: { type: 'string' },
  },
});
if (options.out === undefined) throw new Error('--out FILE.jsonl: where the rows are kept');
const { model } = options;
const psi = Number(options.psi);

const started = performance.now();
const isMine = (row) => row.model === model && row.psi === psi;
const rows = await kept();
const seeds = Array.from({ length: Number(options.targets) }, (_, seed) => seed);
const missing = seeds.filter((seed) => !rows.some((row) => row.seed === seed));
if (missing.length > 0) await race(missing);
if (rows.length > 0) report();

async function kept() {
  const text = await readFile(options.out, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line)).filter(isMine);
}

async function race(missing) {
  const checkpoint = await openModel(model);
  const { threads } = options;
  const engine = await openEngine({
    device: 'cpu',
    threads: threads === undefined ? undefined : Number(threads),
  });
  const renderer = await createRenderer(checkpoint, engine);
  const projector = await createProjector(checkpoint, engine);
  const lossOf = await lossMeter(checkpoint, engine);
  const warmUp = await pictureOf(renderer, WARM_UP);
  await projector.project(warmUp, { profile: 'reference', steps: 30 });
  await fastUntil(projector, warmUp, lossOf, 0);
  for (const seed of missing) {
    if ((performance.now() - started) / 1000 > Number(options.seconds)) return;
    const target = await pictureOf(renderer, seed);
    const clock = stopwatch();
    const { best } = await projector.project(target, { profile: 'reference' });
    const reference = clock.read();
    const fast = await fastUntil(projector, target, lossOf, best.distance);
    const row = { model, psi, seed, loss: best.distance, reference, ...fast };
    rows.push(row);
    await appendFile(options.out, `${JSON.stringify(row)}\n`);
    console.log(`seed ${seed}: ${share(row)}`);
  }
}

async function pictureOf(renderer, seed) {
  const ws = await renderer.styles(seed, { psi });
  return fromPicture(await renderer.picture(ws, renderer.noise('const')));
}

/** Time until the loss was below the goal, and the loss then; without the time where it never was. */
async function fastUntil(projector, target, lossOf, goal) {
  const reached = new AbortController();
  const clock = stopwatch();
  let least = Number.POSITIVE_INFINITY;
  let time;
  const onStep = async ({ w, noise }) => {
    clock.stop();
    least = Math.min(least, await lossOf(w, noise, target));
    if (least < goal) {
      time = clock.read();
      reached.abort();
    }
    clock.start();
  };
  try {
    await projector.project(target, { onStep, signal: reached.signal });
  } catch (error) {
    if (!reached.signal.aborted) throw error;
  }
  return { fast: time, least };
}

/** Seconds by the clock, and of all cores. Runs. */
function stopwatch() {
  let [seconds, cores] = [0, 0];
  let since;
  const start = () => {
    since = { now: performance.now(), usage: process.cpuUsage() };
  };
  const stop = () => {
    const { user, system } = process.cpuUsage(since.usage);
    seconds += (performance.now() - since.now) / 1e3;
    cores += (user + system) / 1e6;
    since = undefined;
  };
  start();
  return {
    start,
    stop,
    read() {
      if (since !== undefined) stop();
      return { seconds, cores };
    },
  };
}

/** What both profiles are measured by: the pyramid loss of the picture of w and noise, of all its pixels. */
async function lossMeter(checkpoint, engine) {
  const network = await loadGenerator(checkpoint);
  const { rows: count, dim } = network.space;
  const { resolution } = network.architecture;
  const ws = broadcastTo(reshape(input('w', [1, dim]), [1, 1, dim]), [1, count, dim]);
  const image = network.synthesis(ws, noiseInputsOf(network.noiseLayers));
  const distance = pyramidLoss.distance(image, input('target', [1, 3, resolution, resolution]));
  const executable = await engine.compile(program({ distance }));
  return async (w, noise, target) => (await executable.run({ w, target, ...noiseFeeds(noise) })).distance[0];
}

function report() {
  const mine = rows.filter(({ seed }) => seed < Number(options.targets));
  const times = (profile, of) => mine.map((row) => row[profile]?.[of] ?? Number.POSITIVE_INFINITY);
  const shares = (of) => times('fast', of).map((time, k) => time / times('reference', of)[k]);
  const within = shares('seconds').filter((one) => one <= 0.1).length;
  console.log(`${model}, psi ${psi}: ${mine.length} targets, ${within} within a tenth`);
  console.log(`reference ${ofAll(times('reference', 'seconds'))} s`);
  console.log(`fast ${ofAll(times('fast', 'seconds'))} s`);
  console.log(`share ${ofAll(shares('seconds'))}; of the time of all cores ${ofAll(shares('cores'))}`);
}

function share({ loss, reference, fast, least }) {
  const reached = fast === undefined ? `never (${least.toPrecision(2)})` : `${fast.seconds.toFixed(2)} s`;
  return `loss ${loss.toPrecision(2)}: reference ${reference.seconds.toFixed(2)} s, fast ${reached}`;
}

function ofAll(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  return `median ${median.toPrecision(3)}, worst ${sorted.at(-1).toPrecision(3)}`;
}
