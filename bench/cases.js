import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint, writeCheckpoint, writeRosinality } from 'stylegan-blend/checkpoint';
import { compileStaged, loadGenerator, openEngine, synthesisProgram } from 'stylegan-blend/graph';
import { createProjector, lpipsLoss, pyramidLoss, stepProgram } from 'stylegan-blend/project';
import { blendCheckpoints, pairRecipe } from 'stylegan-blend/recipe';
import { blendCandidate, createRenderer, renderCandidates } from 'stylegan-blend/render';
import { convolutionFloor, copyFloor, gigaMultiplications } from './floors.js';
import { runBlend, runNode, runToonify } from './processes.js';
import { randomCheckpoint } from './random-checkpoint.js';
import { randomLpips } from './random-lpips.js';
import { randomStyleGan1 } from './random-stylegan1.js';

const fixture = (path) => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));

/**
 * What is measured. A case prepares itself and answers `run`, which is timed (and may answer its peak memory in MB),
 * and `floor`, which prepares the floor and answers a function of the same kind that answers seconds. `peer` names
 * the mode of the PyTorch peer that does the same work. Cases that are `slow` only run where they are named.
 */
export const cases = {
  'render-256': renderCase(256),
  'render-512': renderCase(512),
  'render-1024': renderCase(1024),
  'render-stylegan1-1024': { ...renderCase(1024, randomStyleGan1), peer: undefined },
  'render-again-1024': { runs: 5, warmups: 1, prepare: prepareRenderAgain },
  'batch-256': { runs: 3, prepare: prepareBatch },
  'step-256': stepCase(256),
  'step-1024': stepCase(1024),
  'step-1024-lpips-vgg': { ...stepCase(1024, () => lpipsLoss(randomLpips('lpips-vgg'))), slow: true },
  'project-64': {
    runs: 3,
    warmups: 0,
    prepare: () => prepareProjection(() => openCheckpoint(bundled('toonhead'))),
  },
  'project-256': {
    runs: 1,
    warmups: 0,
    slow: true,
    prepare: () => prepareProjection(() => randomCheckpoint(256)),
  },
  'blend-1024': { runs: 5, prepare: () => prepareBlend() },
  'blend-8x1024': { runs: 3, prepare: () => prepareMean(8) },
  'blend-4x1024': { runs: 3, slow: true, prepare: () => prepareMean(4) },
  'plan-1024': { runs: 15, prepare: preparePlan },
  'open-pickle': { runs: 15, prepare: () => prepareOpening(fixture('golden/golden64-cond.pkl')) },
  'open-1024': { runs: 5, prepare: prepareOpeningTorch },
  sweep: { runs: 3, prepare: prepareSweep },
  'sweep-1024': { runs: 2, slow: true, prepare: (context) => prepareSweepOfSwaps(context) },
  'sweep-1024-stop-at-256': { runs: 2, slow: true, prepare: (context) => prepareSweepOfSwaps(context, 256) },
  'sweep-1024-process': { runs: 1, warmups: 0, slow: true, prepare: prepareSweepProcess },
  toonify: { runs: 2, prepare: prepareToonify },
  help: { runs: 15, prepare: prepareHelp },
};

function renderCase(resolution, makeCheckpoint = randomCheckpoint) {
  return {
    runs: 5,
    warmups: 3,
    peer: { mode: 'render', resolution },
    async prepare({ threads }) {
      const network = await loadGenerator(makeCheckpoint(resolution));
      const engine = await openEngine({ device: 'cpu', threads });
      const program = synthesisProgram(network);
      const executable = await engine.compile(program);
      const feeds = {
        ws: new Float32Array(network.space.rows * network.space.dim).fill(0.1),
        ...noiseOf(network),
      };
      return {
        run: async () => void (await executable.run(feeds)),
        floor: () => convolutionFloor(gigaMultiplications(program), threads),
        close: () => executable.dispose(),
      };
    },
  };
}

/**
 * The floor of a step is three times that of the picture: forward, and backward to activations and to what made them.
 */
function stepCase(resolution, makeLoss = () => pyramidLoss) {
  return {
    runs: 3,
    warmups: 2,
    peer: { mode: 'step', resolution },
    async prepare({ threads }) {
      const network = await loadGenerator(randomCheckpoint(resolution));
      const engine = await openEngine({ device: 'cpu', threads });
      const program = stepProgram(network, { loss: makeLoss() });
      const executable = await compileStaged(engine, program, ['target']);
      const feeds = {
        w: new Float32Array(512).fill(0.1),
        ...(await executable.prepare({ target: new Float32Array(3 * resolution ** 2) })),
        ...noiseOf(network),
      };
      return {
        run: async () => void (await executable.run(feeds)),
        async floor() {
          const picture = gigaMultiplications(synthesisProgram(network));
          return timesAsLong(3, await convolutionFloor(picture, threads));
        },
        close: () => executable.dispose(),
      };
    },
  };
}

function timesAsLong(factor, floor) {
  return { ...floor, run: async () => factor * (await floor.run()) };
}

function noiseOf(network) {
  return Object.fromEntries(
    network.noiseLayers.map((layer) => [`noise.${layer.layer}`, network.noise(layer)]),
  );
}

/**
 * The second `blend render` of a model as a whole process; the floor is the picture alone, in a process that goes on.
 */
async function prepareRenderAgain({ threads }) {
  const { home, path, remove } = temporaryFolder();
  await writeCheckpoint(path('model.safetensors'), randomCheckpoint(1024));
  const args = ['render', path('model.safetensors'), '--seeds', '0', '--out', path('face.png')];
  return {
    run: () => runBlend([...args, '--threads', String(threads), '--quiet', '--force'], home),
    async floor() {
      const renderer = await createRenderer(
        randomCheckpoint(1024),
        await openEngine({ device: 'cpu', threads }),
      );
      const ws = await renderer.styles(0);
      const run = () => seconds(() => renderer.picture(ws, renderer.noise('const')));
      for (let k = 0; k < 3; k++) await run();
      return { run, close: () => renderer.dispose() };
    },
    close: remove,
  };
}

/** Eight seeds of a 256 px generator as PNG files, by a whole process. */
async function prepareBatch({ threads }) {
  const { home, path, remove } = temporaryFolder();
  const model = randomCheckpoint(256);
  await writeCheckpoint(path('model.safetensors'), model);
  const args = ['render', path('model.safetensors'), '--seeds', '0-7', '--out', path('faces')];
  return {
    run: () => runBlend([...args, '--threads', String(threads), '--quiet', '--force'], home),
    async floor() {
      const program = synthesisProgram(await loadGenerator(model));
      return timesAsLong(8, await convolutionFloor(gigaMultiplications(program), threads));
    },
    close: remove,
  };
}

/** A projection of 100 steps, of a picture that the generator makes. */
async function prepareProjection(open) {
  const engine = await openEngine({ device: 'cpu' });
  const model = await open();
  const renderer = await createRenderer(model, engine);
  const target = await renderer.image(await renderer.styles(85, { psi: 0.7 }), renderer.noise('const'));
  await renderer.dispose();
  const projector = await createProjector(model, engine);
  await model.close();
  return {
    run: async () => void (await projector.project(target, { profile: 'reference', steps: 100 })),
    close: () => projector.dispose(),
  };
}

/** Two checkpoints of 133 MB in, one out, as a whole process; the floor is copying both and flushing them. */
async function prepareBlend() {
  const { path, remove } = temporaryFolder();
  await writeCheckpoint(path('a.safetensors'), randomCheckpoint(1024, 1));
  await writeCheckpoint(path('b.safetensors'), randomCheckpoint(1024, 2));
  const inputs = ['a', 'b'].map((name) => path(`${name}.safetensors`));
  const models = ['--base', inputs[0], '--transfer', inputs[1]];
  const recipe = ['--swap', '16', '--ramp', '1', '--out', path('out.safetensors')];
  return {
    run: () => runBlend([...models, ...recipe, '--quiet', '--force']),
    floor: async () => ({ run: () => copyFloor(inputs), close: () => {} }),
    close: remove,
  };
}

/** The mean of several checkpoints of 133 MB, by a recipe, as a whole process. */
async function prepareMean(count) {
  const { path, remove } = temporaryFolder();
  const inputs = Array.from({ length: count }, (_, k) => path(`m${k}.safetensors`));
  // That all are the same makes no difference to the work, and random numbers take longer than the blend.
  await writeCheckpoint(inputs[0], randomCheckpoint(1024));
  for (const input of inputs.slice(1)) copyFileSync(inputs[0], input);
  const models = Object.fromEntries(inputs.map((input, k) => [`m${k}`, input]));
  const recipe = { version: 1, base: 'm0', models, method: 'average', mapping: 'average' };
  writeFileSync(path('mean.json'), JSON.stringify(recipe));
  return {
    run: () => runBlend([path('mean.json'), '--out', path('out.safetensors'), '--quiet', '--force']),
    floor: async () => ({ run: () => copyFloor(inputs), close: () => {} }),
    close: remove,
  };
}

/** Opens a file and reads all of its tensors; the floor is reading its bytes. */
async function prepareOpening(file, close = () => {}) {
  return {
    async run() {
      const checkpoint = await openCheckpoint(file);
      for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
      await checkpoint.close();
    },
    floor: async () => ({ run: () => seconds(() => readFileSync(file)), close: () => {} }),
    close,
  };
}

async function prepareOpeningTorch() {
  const { path, remove } = temporaryFolder();
  await writeRosinality(path('model.pt'), randomCheckpoint(1024));
  return prepareOpening(path('model.pt'), remove);
}

/**
 * One face through each of the nine swaps of a 1024 px pair; the floor is one of these blends alone: made, compiled
 * and rendered once. How often the floor goes into it is how many renders the sweep costs.
 */
async function prepareSweepOfSwaps({ threads }, size) {
  const [base, transfer] = [randomCheckpoint(1024, 1), randomCheckpoint(1024, 2)];
  const engine = await openEngine({ device: 'cpu', threads });
  const swaps = Array.from({ length: 9 }, (_, k) => 4 * 2 ** k);
  const models = new Map([
    ['base', base],
    ['transfer', transfer],
  ]);
  return {
    async run() {
      const candidates = swaps.map((swap) => blendCandidate(models, pairRecipe({ swap })));
      await renderCandidates(candidates, [0], engine, { size }, () => {});
    },
    floor: async () => ({
      run: () =>
        seconds(async () => {
          const blend = blendCheckpoints(base, transfer, { swap: 16 });
          const renderer = await createRenderer(blend, engine);
          await renderer.picture(await renderer.styles(0), renderer.noise('const'));
          await renderer.dispose();
        }),
      close: () => {},
    }),
    close: () => {},
  };
}

/**
 * The same as a user has it, with both models as further columns; the floor is `blend` and `blend render` of one
 * swap.
 */
async function prepareSweepProcess({ threads }) {
  const { home, path, remove } = temporaryFolder();
  await writeCheckpoint(path('a.safetensors'), randomCheckpoint(1024, 1));
  await writeCheckpoint(path('b.safetensors'), randomCheckpoint(1024, 2));
  const models = ['--base', path('a.safetensors'), '--transfer', path('b.safetensors')];
  const usual = ['--quiet', '--force'];
  const face = ['--seeds', '0', '--threads', String(threads), ...usual];
  const alone = () => {
    runBlend([...models, '--swap', '16', '--out', path('blend.safetensors'), ...usual], home);
    runBlend(['render', path('blend.safetensors'), ...face, '--out', path('face.png')], home);
  };
  return {
    run: () => runBlend(['sweep', ...models, ...face, '--out', path('sweep.png')], home),
    floor: async () => ({ run: () => seconds(alone), close: () => {} }),
    close: remove,
  };
}

/** A sheet of six faces of 64 px through every swap, as a whole process. */
async function prepareSweep() {
  const { home, path, remove } = temporaryFolder();
  const models = ['--base', 'toonhead', '--transfer', 'pixelart', '--out', path('sweep.png')];
  return { run: () => runBlend(['sweep', ...models, '--quiet', '--force'], home), close: remove };
}

/** Four of the bundled pictures, 64 px, at most 30 steps after the Gauss-Newton ones, as a whole process. */
async function prepareToonify() {
  const { home, path, remove } = temporaryFolder();
  const pictures = [1, 2, 3, 4].map((k) => fixture(`pictures/person-0${k}.png`));
  const args = [...pictures, '--steps', '30', '--out', path('toons')];
  return {
    run: () => {
      rmSync(path('toons'), { recursive: true, force: true });
      return runToonify([...args, '--quiet'], home);
    },
    close: remove,
  };
}

/** `blend plan` of two torch files; the floor is starting Node and ending it. */
async function preparePlan() {
  const { path, remove } = temporaryFolder();
  const files = ['a.pt', 'b.pt'].map(path);
  for (const [i, file] of files.entries()) await writeRosinality(file, randomCheckpoint(1024, i));
  return {
    run: () => runBlend(['plan', '--base', files[0], '--transfer', files[1], '--swap', '16']),
    floor: async () => ({ run: () => seconds(() => runNode(['-e', '0'])), close: () => {} }),
    close: remove,
  };
}

/** The floor is starting Node and ending it. */
async function prepareHelp() {
  return {
    run: () => runBlend(['--help']),
    floor: async () => ({ run: () => seconds(() => runNode(['-e', '0'])), close: () => {} }),
    close: () => {},
  };
}

function bundled(name) {
  return fixture(`generators/${name}.safetensors`);
}

async function seconds(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'stylegan-blend-bench-'));
  return {
    /** For programs that are run: models and caches of their own, not the user's. */
    home: { STYLEGAN_BLEND_HOME: join(folder, 'home') },
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
