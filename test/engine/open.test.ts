import { afterEach, describe, expect, test, vi } from 'vitest';
import { withHalves } from '../../src/engine/half.js';
import { ENGINES, openEngine } from '../../src/engine/index.js';
import { openTfjs } from '../../src/engine/tfjs/open.js';
import { TFJS_PACKAGES } from '../../src/engine/tfjs/packages.js';
import { expand, input, mean, program, scale } from '../../src/graph/index.js';
import { ENGINES_HERE, importPortable, openTfjsBackend, portable } from './engines.js';

const NODE_GPU = '@tensorflow/tfjs-node-gpu';
const NODE = '@tensorflow/tfjs-node';

/** Imports as they go where some packages fail; the others are there. */
function importing(failures: Record<string, unknown>): (name: string) => Promise<unknown> {
  return async (name) => {
    if (name in failures) throw failures[name];
    return importPortable(name);
  };
}

function notFound(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from /somewhere/open.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
}

/** The native packages, and after them one that can be installed here. */
const packages = [...TFJS_PACKAGES, portable('cpu')];

describe('openEngine', () => {
  test('takes ONNX Runtime unless told otherwise, and says what it is', async () => {
    for (const options of [{}, { engine: 'auto' }, { engine: 'onnxruntime' }] as const) {
      const engine = await openEngine({ ...options, device: 'cpu', threads: 1 });
      expect(engine).toMatchObject({ name: 'onnxruntime', device: 'cpu', notices: [] });
      expect(engine.description).toMatch(/^ONNX Runtime [\d.]+, cpu, 1 thread$/);
    }
  });

  test('says that a device is not there, whichever engine was asked', async () => {
    for (const engine of ['auto', ...ENGINES] as const) {
      await expect(openEngine({ engine, device: 'cuda' })).rejects.toMatchObject({
        code: 'DEVICE_MISSING',
        message: expect.stringContaining('device cuda'),
        hint: expect.stringContaining('`device: cpu`'),
      });
    }
  });

  test('computes in halves on no processor, and says so', async () => {
    for (const [, open] of ENGINES_HERE) {
      const engine = await open();
      await expect(withHalves(engine, false)).rejects.toMatchObject({ code: 'HALF_MISSING' });
      const opened = await withHalves(engine, true);
      expect(opened.half).toBe(false);
      expect(opened.notices.at(-1)).toMatch(/^half precision: .*; computing in 32 bits instead$/);
    }
    const options = { device: 'cpu', threads: 1, half: true } as const;
    await expect(openEngine(options)).rejects.toMatchObject({ code: 'HALF_MISSING' });
    expect((await openEngine({ ...options, fallBack: true })).half).toBe(false);
  });

  test('refuses numbers of threads that make no sense', async () => {
    for (const engine of ['auto', ...ENGINES] as const) {
      for (const threads of [0, -1, 1.5, Number.NaN]) {
        await expect(openEngine({ engine, threads })).rejects.toMatchObject({ code: 'THREADS_OUT_OF_RANGE' });
      }
    }
  });
});

describe('where ONNX Runtime cannot be loaded', () => {
  /** What happens where the library of one build does not load. */
  function broken(build: 'node' | 'web', reason: string): void {
    vi.doMock(`../../src/engine/onnx/runtime-${build}.js`, () => {
      throw new Error(reason);
    });
  }

  afterEach(() => {
    vi.doUnmock('../../src/engine/onnx/runtime-node.js');
    vi.doUnmock('../../src/engine/onnx/runtime-web.js');
    vi.doUnmock('../../src/engine/tfjs/open.js');
  });

  test('auto takes WebAssembly and says so; a named engine is refused', async () => {
    broken('node', 'libonnxruntime.so.1: cannot open shared object file\nand more');
    const engine = await openEngine();
    expect(engine.name).toBe('onnxruntime-web');
    expect(engine.notices).toHaveLength(1);
    expect(engine.notices[0]).toMatch(
      /^engine onnxruntime: cannot be loaded .*; ONNX Runtime .* in WebAssembly, .* takes its place, which is slower$/,
    );
    await expect(openEngine({ engine: 'onnxruntime' })).rejects.toMatchObject({
      name: 'EngineError',
      code: 'ENGINE_NOT_LOADABLE',
      hint: expect.stringContaining('npm rebuild onnxruntime-node, or use `engine: onnxruntime-web`'),
    });
  });

  test('auto takes TensorFlow.js where that fails as well', async () => {
    broken('node', 'no library');
    broken('web', 'no WebAssembly');
    await expect(openEngine()).rejects.toMatchObject({ code: 'ENGINE_NOT_LOADABLE' });
    vi.doMock('../../src/engine/tfjs/open.js', () => ({ openTfjs: () => openTfjsBackend('cpu') }));
    const engine = await openEngine();
    expect(engine.name).toBe('tfjs');
    expect(engine.notices[0]).toMatch(
      /^engine onnxruntime: .*; engine onnxruntime-web: .*; TensorFlow\.js .* takes its place$/,
    );
  });
});

test('WebAssembly keeps the threads that it was started with in a process, and says so', async () => {
  const first = await openEngine({ engine: 'onnxruntime-web', threads: 1 });
  const threads = Number(/(\d+) threads?$/.exec(first.description)![1]);
  const second = await openEngine({ engine: 'onnxruntime-web', threads: threads + 1 });
  expect(second.description).toBe(first.description);
  expect(second.notices).toEqual([expect.stringContaining(`was started with ${threads} thread`)]);
});

test('WebAssembly says so when its memory does not suffice, and goes on afterwards', async () => {
  const engine = await openEngine({ engine: 'onnxruntime-web' });
  // A little less than 4 GB, which does not fit beside what there is, and more than can be counted in 32 bits.
  for (const side of [32_760, 40_000]) {
    const large = expand(input('x', [1, 1]), [side, side]);
    await using executable = await engine.compile(program({ y: mean(large) }));
    const error = { name: 'EngineError', code: 'ENGINE_OUT_OF_MEMORY' };
    await expect(executable.run({ x: Float32Array.of(1) })).rejects.toMatchObject(error);
  }
  await using small = await engine.compile(program({ y: scale(input('x', [1]), 2) }));
  expect(await small.run({ x: Float32Array.of(21) })).toEqual({ y: Float32Array.of(42) });
});

describe('openTfjs', () => {
  test('names the packages and the command where none is installed', async () => {
    await expect(openEngine({ engine: 'tfjs' })).rejects.toMatchObject({
      code: 'ENGINE_NOT_INSTALLED',
      message: `engine tfjs: none of ${NODE_GPU}, ${NODE} is installed`,
      hint: expect.stringContaining(`npm install ${NODE_GPU}`),
    });
  });

  test('takes the first package that is installed', async () => {
    const importModule = importing({ [NODE_GPU]: notFound(NODE_GPU), [NODE]: notFound(NODE) });
    const engine = await openTfjs({ packages, importModule });
    expect(engine).toMatchObject({ name: 'tfjs', device: 'cpu', notices: [] });
    expect(engine.description).toMatch(/^TensorFlow\.js [\d.]+, @tensorflow\/tfjs-backend-cpu, cpu$/);
  });

  test('goes on after a package whose binary is missing, and says so', async () => {
    const binary = new Error(
      'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x\nPlease run …',
    );
    const importModule = importing({ [NODE_GPU]: binary, [NODE]: notFound(NODE) });
    const engine = await openTfjs({ packages, importModule });
    expect(engine.description).toContain('tfjs-backend-cpu');
    expect(engine.notices).toEqual([
      `${NODE_GPU} is installed but not used: ${binary.message.split('\n')[0]}`,
    ]);
  });

  test('goes on after a package that loads but computes nothing, as tfjs-node on Node 23', async () => {
    const core = await import('@tensorflow/tfjs-core');
    const loadable = {
      ...core,
      default: undefined,
      setBackend: async () => true,
      getBackend: () => 'tensorflow',
    };
    const broken = () => {
      throw new TypeError('(0 , util_1.isNullOrUndefined) is not a function');
    };
    const importModule = async (name: string) =>
      name === NODE_GPU
        ? { ...loadable, tensor: broken, tensor4d: broken }
        : importing({ [NODE]: notFound(NODE) })(name);
    const engine = await openTfjs({ packages, importModule });
    expect(engine.notices).toEqual([
      `${NODE_GPU} is installed but not used: (0 , util_1.isNullOrUndefined) is not a function`,
    ]);
  });

  test('fails with the reasons where every package that is installed is broken', async () => {
    const importModule = importing({ [NODE_GPU]: notFound(NODE_GPU), [NODE]: notFound('seedrandom') });
    await expect(openTfjs({ importModule })).rejects.toMatchObject({
      code: 'ENGINE_NOT_LOADABLE',
      message: expect.stringMatching(/tfjs-node: Cannot find package 'seedrandom'/),
    });
  });

  test('takes no other device than the one asked for', async () => {
    for (const device of ['webgpu', 'cuda'] as const) {
      const options = { device, packages: [portable('cpu')], importModule: importPortable };
      await expect(openTfjs(options)).rejects.toMatchObject({ code: 'DEVICE_MISSING' });
      await expect(openTfjs({ device })).rejects.toMatchObject({ code: 'DEVICE_MISSING' });
    }
  });
});
