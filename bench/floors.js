import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { graph, openEngine } from 'stylegan-blend/graph';

const { constant, conv2d, input, mean, program } = graph;

/**
 * The least that this machine can do, measured in turns with the work itself.
 *
 * Convolutions: as many multiplications as the network has, all of them in a chain of 3x3 convolutions with stride 1
 * and nothing between, of whichever shape the engine is fastest with. What the network needs beside (modulation,
 * noise, activation, filters, doubling) is not in it.
 */

/** Channels and side of convolutions of 9.7 GMAC each: those of a 1024 px generator. */
const SHAPES = [
  [512, 64],
  [256, 128],
  [128, 256],
  [64, 512],
  [32, 1024],
];

const GMAC_EACH = 9.66;

/** Multiplications of a program's convolutions and matrix products, in units of 1e9. */
export function gigaMultiplications({ nodes }) {
  let total = 0;
  for (const { kind, shape, inputs } of nodes) {
    const size = (extents) => extents.reduce((product, extent) => product * extent, 1);
    if (kind === 'conv2d') total += size(shape) * size(inputs[1].shape.slice(1));
    if (kind === 'convTranspose2d') total += size(inputs[0].shape) * size(inputs[1].shape.slice(1));
    if (kind === 'matmul') total += (size(shape) * size(inputs[0].shape)) / size(shape.slice(0, -1));
  }
  return total / 1e9;
}

/**
 * Prepares the floor of `gigas` multiplications.
 * @returns `run`, seconds of that many multiplications, and the shape that was fastest
 */
export async function convolutionFloor(gigas, threads) {
  const engine = await openEngine({ device: 'cpu', threads });
  const timed = [];
  for (const [channels, side] of SHAPES) {
    const one = await chain(engine, channels, side, 1);
    await one.run();
    timed.push({ channels, side, seconds: Math.min(await one.run(), await one.run()) });
    await one.dispose();
  }
  const { channels, side } = timed.sort((a, b) => a.seconds - b.seconds)[0];
  const length = Math.max(1, Math.round(gigas / GMAC_EACH));
  const full = await chain(engine, channels, side, length);
  await full.run();
  return {
    shape: `${channels} channels of ${side} px`,
    run: async () => (await full.run()) * (gigas / (length * GMAC_EACH)),
    close: () => full.dispose(),
  };
}

/** `length` convolutions one after the other; `run` answers seconds. */
async function chain(engine, channels, side, length) {
  let x = input('x', [1, channels, side, side]);
  for (let k = 0; k < length; k++) {
    const kernel = Float32Array.from(
      { length: channels * channels * 9 },
      () => (Math.random() - 0.5) / channels,
    );
    x = conv2d(x, constant(kernel, [channels, channels, 3, 3]), { padding: [1, 1, 1, 1] });
  }
  const executable = await engine.compile(program({ y: mean(x) }));
  const feeds = { x: new Float32Array(channels * side * side).fill(0.5) };
  return {
    async run() {
      const start = performance.now();
      await executable.run(feeds);
      return (performance.now() - start) / 1000;
    },
    dispose: () => executable.dispose(),
  };
}

/** Copies of files, flushed to the disk: what writing as much has to cost. Answers seconds. */
export function copyFloor(paths) {
  const start = performance.now();
  const copies = paths.map((path) => `${path}.copy`);
  paths.forEach((path, k) => {
    copyFileSync(path, copies[k]);
  });
  execFileSync('sync', copies);
  return (performance.now() - start) / 1000;
}

/** Bytes per second of copying 256 MB within memory, the best of a few. */
export function memoryCopySpeed() {
  const [from, to] = [Buffer.alloc(256 << 20, 1), Buffer.alloc(256 << 20)];
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 5; k++) {
    const start = performance.now();
    from.copy(to);
    best = Math.min(best, performance.now() - start);
  }
  return from.length / (best / 1000);
}
