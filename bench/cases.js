import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCheckpoint } from '../dist/checkpoint/write.js';
import { openEngine } from '../dist/engine/index.js';
import { loadGenerator } from '../dist/generator/load-generator.js';
import { stepProgram } from '../dist/project/projector.js';
import { createRenderer } from '../dist/render/renderer.js';
import { randomCheckpoint } from './random-checkpoint.js';
import { randomStyleGan1 } from './random-stylegan1.js';

const bin = fileURLToPath(new URL('../bin/blend.js', import.meta.url));

/**
 * What is measured. A case prepares itself and answers the function to be timed; `peer` names the mode of the
 * PyTorch peer that does the same work, `floor` a function whose time is the least that this machine can do.
 */
export const cases = {
  'render-256': renderCase(256),
  'render-512': renderCase(512),
  'render-1024': renderCase(1024),
  'render-stylegan1-1024': { ...renderCase(1024, randomStyleGan1), peer: undefined },
  'step-256': stepCase(256),
  'step-1024': stepCase(1024),
  'blend-1024': { runs: 5, prepare: prepareBlend },
  help: { runs: 15, prepare: prepareHelp },
};

function renderCase(resolution, makeCheckpoint = randomCheckpoint) {
  return {
    runs: 5,
    warmups: 2,
    peer: { mode: 'render', resolution },
    async prepare({ threads }) {
      const renderer = await createRenderer(
        makeCheckpoint(resolution),
        await openEngine({ device: 'cpu', threads }),
      );
      const ws = await renderer.styles(0);
      const noise = renderer.noise('const');
      return { run: () => renderer.image(ws, noise), close: () => renderer.dispose() };
    },
  };
}

function stepCase(resolution) {
  return {
    runs: 3,
    warmups: 2,
    peer: { mode: 'step', resolution },
    async prepare({ threads }) {
      const network = await loadGenerator(randomCheckpoint(resolution));
      const engine = await openEngine({ device: 'cpu', threads });
      const executable = await engine.compile(stepProgram(network));
      const feeds = { w: new Float32Array(512).fill(0.1), target: new Float32Array(3 * resolution ** 2) };
      for (const layer of network.noiseLayers) feeds[`noise.${layer.layer}`] = network.noise(layer);
      return { run: () => executable.run(feeds), close: () => executable.dispose() };
    },
  };
}

/** Two checkpoints of 121 MB in, one out, as a whole process; the floor is copying both and flushing them. */
async function prepareBlend() {
  const folder = mkdtempSync(join(tmpdir(), 'stylegan-blend-bench-'));
  const path = (name) => join(folder, `${name}.safetensors`);
  await writeCheckpoint(path('a'), randomCheckpoint(1024, 1));
  await writeCheckpoint(path('b'), randomCheckpoint(1024, 2));
  const args = [
    '--base',
    path('a'),
    '--transfer',
    path('b'),
    '--swap',
    '16',
    '--ramp',
    '1',
    '--out',
    path('out'),
  ];
  return {
    run: () => runBlend([...args, '--quiet', '--force']),
    floor() {
      for (const name of ['a', 'b']) copyFileSync(path(name), path(`${name}-copy`));
      spawnSync('sync', [path('a-copy'), path('b-copy')]);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** The floor is starting Node and ending it. */
async function prepareHelp() {
  return {
    run: () => runBlend(['--help']),
    floor: () => spawnSync(process.execPath, ['-e', '0']),
    close: () => {},
  };
}

/** Runs the command line; answers its peak memory in MB where GNU time is there to tell. */
function runBlend(args) {
  const command = [process.execPath, bin, ...args];
  const timed = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', '%M', ...command] : command;
  const result = spawnSync(timed[0], timed.slice(1), { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`blend failed: ${result.stderr}`);
  return timed === command ? undefined : Number(result.stderr.trim().split('\n').at(-1)) / 1024;
}
