import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { blendModels } from '../../src/swap/blend.js';
import type { Cut, Recipe } from '../../src/swap/recipe/schema.js';
import { fixture } from '../support/golden.js';

/** Everything that a model holds, under TensorFlow's names for the layers. */
interface Tensor {
  readonly name: string;
  /** `Conv0_up`, `Const`, `Conv`, `Conv1`, `ToRGB`; empty for what is in no layer. */
  readonly layer: string;
  readonly resolution: number;
  readonly isParameter: boolean;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

let models: Map<string, Checkpoint>;
let tensors: Tensor[];

beforeAll(async () => {
  const [low, high] = await Promise.all(
    ['golden32.pkl', 'golden32-tuned.pkl'].map((name) => openCheckpoint(fixture(`golden/${name}`))),
  );
  models = new Map([
    ['low', low!],
    ['high', high!],
  ]);
  tensors = await Promise.all(
    [...low!.tensors.keys()].map(async (name) => ({
      name,
      layer: layerOf(name),
      resolution: Number(/^synthesis\.b(\d+)\./.exec(name)?.[1] ?? 0),
      isParameter: !/(w_avg|noise_const|resample_filter)$/.test(name),
      low: await low!.read(name),
      high: await high!.read(name),
    })),
  );
});

afterAll(() => Promise.all([...models.values()].map((model) => model.close())));

function layerOf(name: string): string {
  const layer = /^synthesis\.b\d+\.(\w+)/.exec(name)?.[1] ?? '';
  const isFirst = name.startsWith('synthesis.b4.');
  const names: Record<string, string> = {
    conv0: 'Conv0_up',
    const: 'Const',
    conv1: isFirst ? 'Conv' : 'Conv1',
    torgb: 'ToRGB',
  };
  return names[layer] ?? '';
}

/** The rules as facts/blending.md and the tools' sources have them, written down once more. */
function ruleOf(cut: Cut): (tensor: Tensor) => number {
  const logistic = (x: number) => 1 / (1 + Math.exp(-x / cut.width!));
  const resolutions = [4, 8, 16, 32, 64, 128, 256, 512, 1024];
  switch (cut.tool) {
    case 'dvschultz': {
      const kept = resolutions.filter((r) => r <= cut.resolution);
      return ({ name, isParameter }) =>
        isParameter && !name.includes('mapping') && !kept.some((r) => name.includes(`synthesis.b${r}.`))
          ? 1
          : 0;
    }
    case 'animegan':
      return ({ resolution }) => {
        if (resolution === 0) return 0;
        const x = resolutions.indexOf(resolution) - resolutions.indexOf(cut.resolution);
        if (cut.width) return logistic(x);
        return x > 0 ? 1 : 0;
      };
    default: {
      const levels = [
        ['Conv0_up', 'Const'],
        ['Conv1', 'ToRGB', ...(cut.tool === 't27' ? ['Conv'] : [])],
      ];
      const positions: [number, number, string[]][] = resolutions.flatMap((r, i) =>
        levels.map((layers, level): [number, number, string[]] => [r, 2 * i + level, layers]),
      );
      const at = 2 * resolutions.indexOf(cut.resolution) + (cut.level ?? 0);
      return ({ layer, resolution, isParameter }) => {
        const found = positions.find(([r, , layers]) => r === resolution && layers.includes(layer));
        if (found === undefined || !isParameter) return 0;
        const x = found[1] - at;
        if (cut.width) return logistic(x);
        return x > 1 ? 1 : 0;
      };
    }
  }
}

/** high * y + low * (1 - y) with every operation in 32 bits. */
function expected({ low, high }: Tensor, y: number): Float32Array {
  if (y === 0) return low;
  if (y === 1) return high;
  const [ofHigh, ofLow] = [Math.fround(y), Math.fround(1 - y)];
  return low.map((value, i) => Math.fround(Math.fround(high[i]! * ofHigh) + Math.fround(value * ofLow)));
}

async function requireSame(cut: Cut): Promise<void> {
  const other = cut.low === 'low' ? 'high' : 'low';
  for (const base of [cut.low, other]) {
    const recipe: Recipe = {
      base,
      models: { [base]: {}, [base === 'low' ? 'high' : 'low']: {} },
      cut,
      mapping: cut.low,
      w_avg: cut.low,
      noise: cut.tool === 'animegan' ? 'blended' : cut.low,
    };
    const blend = blendModels(models, recipe);
    expect([...blend.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
    const rule = ruleOf(cut);
    for (const tensor of tensors) {
      const values = await blend.read(tensor.name);
      const sides = cut.low === 'low' ? tensor : { ...tensor, low: tensor.high, high: tensor.low };
      const wanted = expected(sides, rule(tensor));
      expect(bytes(values).equals(bytes(wanted)), `${tensor.name} with ${JSON.stringify(cut)}`).toBe(true);
    }
  }
}

const bytes = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

describe.each(['pinkney', 't27'] as const)('%s', (tool) => {
  test.each([4, 8, 16, 32])('at %i px equals its rule, bit for bit, hard and smooth', async (resolution) => {
    for (const level of [0, 1] as const) {
      for (const width of [undefined, 0.3, 1, 2.5]) {
        await requireSame({ tool, resolution, level, ...(width === undefined ? {} : { width }), low: 'low' });
      }
    }
    await requireSame({ tool, resolution, width: 0.7, low: 'high' });
  });
});

test.each([4, 8, 16, 32, 64])('dvschultz at %i px equals its rule, bit for bit', async (resolution) => {
  await requireSame({ tool: 'dvschultz', resolution, low: 'low' });
  await requireSame({ tool: 'dvschultz', resolution, low: 'high' });
});

test.each([4, 8, 16, 32])(
  'animegan at %i px equals its rule, bit for bit, hard and smooth',
  async (resolution) => {
    await requireSame({ tool: 'animegan', resolution, low: 'low' });
    await requireSame({ tool: 'animegan', resolution, width: 0.8, low: 'low' });
  },
);
