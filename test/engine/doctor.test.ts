import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import doctorCommand from '../../src/cli/commands/doctor.js';
import type { EngineCandidate } from '../../src/engine/doctor/check-engines.js';
import { type DoctorReport, runDoctor, type System } from '../../src/engine/doctor/doctor.js';
import { type Engine, openEngine } from '../../src/engine/index.js';
import { openTfjs } from '../../src/engine/tfjs/open.js';
import { TFJS_PACKAGES } from '../../src/engine/tfjs/packages.js';
import { EngineError } from '../../src/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const linux: System = { node: 'v22.1.0', platform: 'linux', arch: 'x64', cores: 2 };

function failing(candidate: Omit<EngineCandidate, 'open'>, error: Error): EngineCandidate {
  return {
    ...candidate,
    async open() {
      throw error;
    },
  };
}

const cpu = { engine: 'onnxruntime', package: 'onnxruntime-node', device: 'cpu' } as const;
const nodeGpu = { engine: 'tfjs', package: '@tensorflow/tfjs-node-gpu', device: 'cuda' } as const;
const notThere = new EngineError('ENGINE_NOT_INSTALLED', 'engine tfjs: none is installed');

describe('on this machine', () => {
  test('the default engine works, and so does every engine that is installed for development', async () => {
    const report = await runDoctor();
    expect(report.ok).toBe(true);
    expect(report.package).toEqual({
      name: 'stylegan-blend',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(report.system).toMatchObject({ node: process.version, nodeSupported: true });
    expect(report.engines.map((one) => `${one.package} ${one.device}`)).toEqual(
      expect.arrayContaining([
        'onnxruntime-node cpu',
        'onnxruntime-node webgpu',
        'onnxruntime-node cuda',
        'onnxruntime-web cpu',
      ]),
    );
    for (const name of ['onnxruntime-node', 'onnxruntime-web']) {
      const check = report.engines.find((one) => one.package === name && one.device === 'cpu');
      expect(check).toMatchObject({ state: 'works' });
      expect(check!.milliseconds).toBeGreaterThan(0);
    }
  });

  test('the command says so in lines and as a document', async () => {
    const run = { signal: new AbortController().signal, onProgress: () => {}, onNotice: () => {} };
    const { document, lines, failure } = await doctorCommand.run([], {}, run, new Set());
    expect(failure).toBeUndefined();
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(lines.join('\n')).toMatch(/^ok {6}onnxruntime on cpu, onnxruntime-node: [\d.]+ ms/m);
    expect(lines.join('\n')).toMatch(/^ok {6}faces: ONNX Runtime/m);
    expect(lines.join('\n')).toMatch(/^model toonhead: 2 813 720 bytes/m);
  });
});

test('a default engine that computes nonsense is found out', async () => {
  const honest = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1 });
  const wrong: Engine = {
    ...honest,
    compile: async () => ({
      run: async () => ({ y: Float32Array.of(197, -95) }),
      dispose: async () => {},
      [Symbol.asyncDispose]: async () => {},
    }),
  };
  const report = await runDoctor({ engines: [{ ...cpu, open: async () => wrong }], system: linux });
  expect(report.ok).toBe(false);
  expect(report.engines[0]).toMatchObject({
    state: 'unavailable',
    reason: 'a test computation gave 197, -95, expected 197, -96',
  });
});

test('of graphics devices it says whether they have 16-bit floats', async () => {
  const engine = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1 });
  const having: Engine = { ...engine, device: 'webgpu' };
  const lacking: Engine = {
    ...having,
    async compile(what) {
      if ('nodes' in what && what.nodes.some(({ kind }) => kind === 'half')) throw new Error('requires f16');
      return engine.compile(what);
    },
  };
  const engines = [engine, having, lacking].map((one) => ({ ...cpu, open: async () => one }));
  const report = await runDoctor({ engines, system: linux });
  expect(report.engines.map(({ state, half }) => [state, half])).toEqual([
    ['works', undefined],
    ['works', true],
    ['works', false],
  ]);
});

test('where onnxruntime-node is not there, WebAssembly will do, and the command that adds it is named', async () => {
  const web = { engine: 'onnxruntime-web', package: 'onnxruntime-web', device: 'cpu' } as const;
  const open = () => openEngine({ engine: 'onnxruntime-web' });
  const engines = [failing(cpu, notThere), { ...web, open }];
  const report = await runDoctor({ engines, system: linux });
  expect(report.ok).toBe(true);
  expect(report.engines.map(({ state }) => state)).toEqual(['not installed', 'works']);
  const [{ name, command }] = report.optional as [DoctorReport['optional'][number]];
  expect(name).toBe('onnxruntime-node');
  expect(command).toBe('ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node');
});

test('a part that is missing comes with its command, unless it cannot work here', async () => {
  const engines = [failing(nodeGpu, notThere)];
  const { engines: checks, optional } = await runDoctor({ engines, system: linux });
  expect(checks[0]!.state).toBe('not installed');
  expect(optional).toEqual([
    {
      name: '@tensorflow/tfjs-node-gpu',
      purpose: expect.stringContaining('CUDA 11'),
      command: 'npm install @tensorflow/tfjs-node-gpu',
    },
  ]);
  const newer = await runDoctor({ engines, system: { ...linux, node: 'v24.0.0' } });
  expect(newer.optional).toEqual([]);
  expect(newer.engines[0]!.advice).toBe('@tensorflow/tfjs-node-gpu works on Node up to 22, this is v24.0.0');
});

test('a package without its binary comes with the command that builds it', async () => {
  const missing = new Error(
    'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x',
  );
  const packages = TFJS_PACKAGES.slice(0, 1);
  const open = () => openTfjs({ packages, importModule: () => Promise.reject(missing) });
  const { engines } = await runDoctor({ engines: [{ ...nodeGpu, open }], system: linux });
  expect(engines[0]).toMatchObject({
    state: 'unavailable',
    advice: 'its binary is missing: npm rebuild @tensorflow/tfjs-node-gpu --build-addon-from-source',
  });
});

test.each([
  ['webgpu', 'linux', 'x64', 'libvulkan'],
  ['webgpu', 'linux', 'arm64', 'x64 only'],
  ['webgpu', 'win32', 'x64', 'driver'],
  ['cuda', 'linux', 'x64', 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node'],
  ['cuda', 'win32', 'x64', '`device: webgpu`'],
  ['cuda', 'darwin', 'arm64', 'no CUDA on macOS'],
  ['cpu', 'darwin', 'x64', 'onnxruntime-web takes its place'],
  ['cpu', 'linux', 'x64', 'glibc'],
] as const)('%s that does not work on %s %s is explained', async (device, platform, arch, expected) => {
  const engines = [failing({ ...cpu, device }, new Error('no such device\nand more'))];
  const report = await runDoctor({ engines, system: { ...linux, platform, arch } });
  expect(report.engines[0]).toMatchObject({ state: 'unavailable', reason: 'no such device' });
  expect(report.engines[0]!.advice).toContain(expected);
});

test('an old Node is named', async () => {
  const nodeOf = async (node: string) =>
    (await runDoctor({ engines: [], system: { ...linux, node } })).system;
  expect(await nodeOf('v18.20.0')).toMatchObject({ nodeSupported: false, nodeRange: '>=20.9' });
  expect(await nodeOf('v20.8.1')).toMatchObject({ nodeSupported: false });
  expect(await nodeOf('v20.10.0')).toMatchObject({ nodeSupported: true });
  expect(await nodeOf('v26.0.0')).toMatchObject({ nodeSupported: true });
});

test('models and caches are measured, and caches that do not exist left out', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'cache/deeper'), { recursive: true });
  await writeFile(join(folder, 'cache/one'), new Uint8Array(100));
  await writeFile(join(folder, 'cache/deeper/two'), new Uint8Array(23));
  const place = (name: string) => ({ name, path: join(folder, name) });
  const report = await runDoctor({
    engines: [],
    models: [place('cache/one'), place('absent')],
    caches: [place('cache'), place('absent')],
  });
  expect(report.models.map(({ bytes }) => bytes)).toEqual([100, undefined]);
  expect(report.caches.map(({ name, bytes }) => [name, bytes])).toEqual([['cache', 123]]);
});
