import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memoryCheckpoint } from '../../src/checkpoint/memory.js';
import { modelLabel, resolveModel } from '../../src/checkpoint/names.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { firstNonFinite, readFinite } from '../../src/checkpoint/read-finite.js';
import { bytesOf } from '../support/memory-file.js';
import { randomArchitecture } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('says what a file is that is no checkpoint', () => {
  const cases: [string, Uint8Array, string, RegExp][] = [
    ['PNG', bytesOf('\x89PNG\r\n\x1a\n'), 'NOT_A_CHECKPOINT', /a PNG picture/],
    ['JPEG', bytesOf('\xff\xd8\xff\xe0'), 'NOT_A_CHECKPOINT', /a JPEG picture/],
    ['web page', bytesOf('\n<!DOCTYPE html><html>'), 'NOT_A_CHECKPOINT', /a web page/],
    [
      'Git LFS',
      bytesOf('version https://git-lfs.github.com/spec/v1\n'),
      'NOT_A_CHECKPOINT',
      /Git LFS pointer/,
    ],
    ['gzip', gzipSync('x'), 'NOT_A_CHECKPOINT', /something else/],
    ['cut-off gzip', gzipSync(Buffer.alloc(1000, 'x')).subarray(0, 20), 'GZIP_DAMAGED', /unpacked/],
    ['gzip of nothing', gzipSync(''), 'FILE_EMPTY', /nothing in it/],
    ['cut-off zip', bytesOf('PK\x03\x04', '\0'.repeat(26), 'a.txt'), 'ZIP_DAMAGED', /incomplete/],
    [
      'cut-off torch legacy',
      bytesOf('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'),
      'PICKLE_TRUNCATED',
      /expected/,
    ],
    [
      'TensorFlow without variables',
      bytesOf('\x80\x02cdnnlib.tflib.network\nNetwork\n)\x81}bN\x86.'),
      'NOT_A_CHECKPOINT',
      /dnnlib\.tflib\.network\.Network/,
    ],
    ['other pickle', bytesOf('\x80\x02}U\x03abcNs.'), 'NOT_A_CHECKPOINT', /a pickle of a dict with "abc"/],
    [
      'pickle of a class',
      bytesOf('\x80\x02csome\nThing\n)\x81.'),
      'NOT_A_CHECKPOINT',
      /a pickle of some\.Thing/,
    ],
    ['pickle of a number', bytesOf('\x80\x02K\x01.'), 'NOT_A_CHECKPOINT', /a pickle without networks/],
    ['JSON', bytesOf('{"a": 1}'), 'NOT_A_CHECKPOINT', /JSON/],
    ['text', bytesOf('hello'), 'NOT_A_CHECKPOINT', /something else/],
    ['one byte', bytesOf('\x80'), 'NOT_A_CHECKPOINT', /something else/],
    ['truncated safetensors', bytesOf('\x40\0\0\0\0\0\0\0{"a'), 'FILE_TRUNCATED', /ends at byte/],
  ];
  test.each(cases)('%s', async (_, bytes, code, message) => {
    const path = join(await temporaryFolder(), 'generator.pkl');
    writeFileSync(path, bytes);
    const failure = await openCheckpoint(path).catch((error) => error);
    expect(failure).toMatchObject({ name: 'InputFileError', code, message: expect.stringMatching(message) });
    expect(failure.message).not.toContain('\n');
  });
});

describe('names', () => {
  test('bundled generators and paths', async () => {
    expect(resolveModel('toonhead').path).toMatch(/fixtures[/\\]generators[/\\]toonhead\.safetensors$/);
    expect(resolveModel('toonhead').name).toBe('toonhead');
    expect(resolveModel('./toonhead').path).toBe('./toonhead');
    expect(resolveModel('nets/ffhq.pkl')).toEqual({ name: 'ffhq', path: 'nets/ffhq.pkl' });
    expect(resolveModel('src')).toEqual({ name: 'src', path: 'src' });
  });

  test('a slip of the finger', () => {
    const resolve = () => resolveModel('tonhead');
    expect(resolve).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        code: 'UNKNOWN_MODEL',
        hint: expect.stringMatching(/^did you mean toonhead\?.*toonhead, pixelart, dylan/),
      }),
    );
    expect(() => resolveModel('something')).toThrow(
      expect.objectContaining({ hint: expect.not.stringContaining('did you mean') }),
    );
  });

  test('labels', () => {
    expect(modelLabel('/x/ffhq.v2.pkl')).toBe('ffhq.v2');
    expect(modelLabel('toonhead')).toBe('toonhead');
    expect(modelLabel('.hidden')).toBe('.hidden');
  });
});

test('NaN and infinity are named with their place', async () => {
  const architecture = randomArchitecture();
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const values = new Float32Array(20).fill(3.4e38);
    values[17] = bad;
    const tensors = new Map([['mapping.w_avg', { shape: [20], values }]]);
    const checkpoint = memoryCheckpoint({ architecture, tensors, path: 'x.pkl' });
    await expect(readFinite(checkpoint, 'mapping.w_avg')).rejects.toMatchObject({
      code: 'TENSOR_NOT_FINITE',
      message: `x.pkl: mapping.w_avg: expected finite values, found ${bad} at index 17`,
    });
    expect(firstNonFinite(values.subarray(0, 17))).toBe(-1);
  }
});

test('a checkpoint in memory checks its sizes and names', async () => {
  const architecture = randomArchitecture();
  const tensors = new Map([['a', { shape: [2], values: new Float32Array(3) }]]);
  expect(() => memoryCheckpoint({ architecture, tensors })).toThrow(
    expect.objectContaining({ code: 'TENSOR_SIZE_MISMATCH' }),
  );
  const empty = memoryCheckpoint({ architecture, tensors: new Map() });
  await expect(empty.read('a')).rejects.toMatchObject({ code: 'TENSOR_MISSING' });
  expect(await empty.sha256()).toBe('');
});
