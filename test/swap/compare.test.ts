import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { InputFileError } from '../../src/errors.js';
import { describeArchitecture, requireSameShape } from '../../src/swap/compare.js';
import { type RandomGeneratorOptions, randomGenerator } from '../support/random-generator.js';

function named(path: string, options: RandomGeneratorOptions = {}): Checkpoint {
  const generator = randomGenerator(options);
  return { ...generator, origin: { ...generator.origin, path } };
}

function messageFor(base: Checkpoint, transfer: Checkpoint): string {
  try {
    requireSameShape(base, transfer);
  } catch (error) {
    expect(error).toBeInstanceOf(InputFileError);
    expect((error as InputFileError).code).toBe('CHECKPOINTS_DIFFER');
    return (error as InputFileError).message;
  }
  throw new Error('nothing was refused');
}

test('two generators with the same settings pass', () => {
  requireSameShape(randomGenerator({ seed: 1 }), randomGenerator({ seed: 2 }));
});

describe('refusals', () => {
  const base = named('/a/base.safetensors', { resolution: 16, zDim: 8, wDim: 8 });

  test('name the first three tensors with both shapes, and what the files are', () => {
    const message = messageFor(
      base,
      named('/b/other.pkl', { resolution: 32, zDim: 8, wDim: 12, mappingLayers: 4 }),
    );
    expect(message).toMatch(
      /mapping\.\S+ is (\[[\d, ]+\]|missing) in base\.safetensors and \[[\d, ]+\] in other\.pkl/,
    );
    expect(message.match(/ is (\[|missing)/g)).toHaveLength(3);
    expect(message).toMatch(/and \d+ more/);
    expect(message).toContain('base.safetensors is a 16 px StyleGAN2 generator (z 8, w 8, 2 mapping layers)');
    expect(message).toContain('other.pkl is a 32 px StyleGAN2 generator (z 8, w 12, 4 mapping layers)');
    expect(message).not.toContain('\n');
  });

  test('name tensors that only one of the files has', () => {
    const tensors = new Map(base.tensors);
    tensors.delete('synthesis.b8.torgb.bias');
    expect(messageFor(base, { ...base, tensors })).toContain('synthesis.b8.torgb.bias is [3] in');
    expect(messageFor({ ...base, tensors }, base)).toContain('synthesis.b8.torgb.bias is missing in');
  });

  test('name a conv clamp that only one has', () => {
    const message = messageFor(base, named('clamped.pkl', { resolution: 16, convClamp: 256 }));
    expect(message).toContain('the conv clamp is none in base.safetensors and 256 in clamped.pkl');
  });

  test('tell two files of the same name apart by their folders', () => {
    const message = messageFor(base, named('/b/base.safetensors', { channels: 4 }));
    expect(message).toContain('in /a/base.safetensors and');
  });

  test('name other settings', () => {
    const { architecture } = base;
    for (const [change, words] of [
      [{ mappingLrMultiplier: 1 }, 'learning-rate multiplier of the mapping network is 0.01'],
      [{ variant: 'resnet' as const }, 'variant is skip'],
    ] as const) {
      expect(messageFor(base, { ...base, architecture: { ...architecture, ...change } })).toContain(words);
    }
  });
});

test('a description says what is unusual', () => {
  const { architecture } = randomGenerator({ classes: 3, convClamp: 256, variant: 'resnet' });
  expect(describeArchitecture(architecture)).toBe(
    '16 px StyleGAN2 generator (z 8, w 8, 2 mapping layers, variant resnet, 3 classes, conv clamp 256)',
  );
});
