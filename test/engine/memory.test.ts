import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { loadGenerator } from '../../src/generator/load-generator.js';
import type { Program } from '../../src/graph/index.js';
import { stepProgram } from '../../src/project/step-program.js';
import { randomGenerator } from '../support/random-generator.js';
import { openTfjsBackend } from './engines.js';

// A step of the projector has nodes of nearly all kinds, forward and backward.
const step = stepProgram(await loadGenerator(randomGenerator({ resolution: 8 })));

function inputsOf({ inputs }: Program): Record<string, Float32Array> {
  const sizes = [...inputs].map(([name, shape]) => [name, shape.reduce((a, b) => a * b, 1)] as const);
  return Object.fromEntries(sizes.map(([name, size]) => [name, new Float32Array(size).fill(0.5)]));
}

describe.each(['wasm', 'cpu'] as const)('on the %s backend', (backend) => {
  test('no tensor is left behind by 100 runs, by errors, or after disposing', async () => {
    const engine = await openTfjsBackend(backend);
    const before = tf.memory().numTensors;
    const executable = await engine.compile(step);
    const inputs = inputsOf(step);
    const compiled = tf.memory().numTensors;
    expect(compiled).toBeGreaterThan(before);
    const counts = new Set<number>();
    for (let run = 0; run < 100; run++) {
      await executable.run(inputs);
      counts.add(tf.memory().numTensors);
    }
    expect([...counts]).toEqual([compiled]);
    await expect(executable.run({ ...inputs, w: new Float32Array(1) })).rejects.toThrow(RangeError);
    expect(tf.memory().numTensors).toBe(compiled);
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a kernel that the backend lacks is named, and nothing is left behind', async () => {
    const engine = await openTfjsBackend(backend);
    const before = tf.memory().numTensors;
    const executable = await engine.compile(step);
    const kernel = tf.getKernel('Conv2D', backend);
    tf.unregisterKernel('Conv2D', backend);
    try {
      await expect(executable.run(inputsOf(step))).rejects.toMatchObject({
        name: 'EngineError',
        code: 'KERNEL_MISSING',
        message: `engine tfjs: @tensorflow/tfjs-backend-${backend} has no kernel Conv2D`,
      });
    } finally {
      tf.registerKernel(kernel);
    }
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('engines with different backends may take turns, and the application may use one of its own', async () => {
  const [wasm, cpu] = [await openTfjsBackend('wasm'), await openTfjsBackend('cpu')];
  const executables = [await wasm.compile(step), await cpu.compile(step)];
  const inputs = inputsOf(step);
  const [first, second] = await Promise.all(executables.map((executable) => executable.run(inputs)));
  await tf.setBackend('cpu');
  const again = await executables[0]!.run(inputs);
  expect(again).toEqual(first);
  expect(second!['distance']![0]).toBeCloseTo(first!['distance']![0]!, 4);
  for (const executable of executables) await executable.dispose();
});

test('an executable that has been disposed of refuses to run', async () => {
  const executable = await (await openTfjsBackend('cpu')).compile(step);
  await executable.dispose();
  await executable.dispose();
  await expect(executable.run(inputsOf(step))).rejects.toThrow('disposed');
});
