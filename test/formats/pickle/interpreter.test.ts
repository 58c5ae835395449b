import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ByteWindow } from '../../../src/formats/pickle/byte-window.js';
import { readPickle } from '../../../src/formats/pickle/interpreter.js';
import {
  ByteRange,
  entriesOf,
  itemsOf,
  PersistentId,
  PickleDict,
  PickleGlobal,
  type PickleObject,
  PickleSet,
  PickleTuple,
  type PickleValue,
} from '../../../src/formats/pickle/values.js';
import { bytesOf, memoryFile } from '../../support/memory-file.js';

function unpickle(...parts: (string | number | Uint8Array)[]): Promise<PickleValue> {
  return readPickle(new ByteWindow(memoryFile(bytesOf(...parts))));
}

describe('what Python writes', () => {
  // Written by Python's own pickle module, one text for each protocol.
  const samples: Record<string, string> = JSON.parse(
    readFileSync(new URL('protocols.json', import.meta.url), 'utf8'),
  );

  test.each(Object.keys(samples))('protocol %s', async (protocol) => {
    const bytes = Buffer.from(samples[protocol]!, 'base64');
    const value = await unpickle(bytes);
    const get = (key: string) => entriesOf(value)!.get(key)!;
    expect(get('none')).toBe(null);
    expect(get('booleans')).toEqual([true, false]);
    expect(get('small')).toEqual([0, 1, -1, 255, 256, 65535, 65536, 2 ** 31 - 1, -(2 ** 31)]);
    expect(get('floats')).toEqual([0.5, -1e300, 1e-310, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    const large = get('large') as PickleValue[];
    expect(large.slice(0, 4)).toEqual([2 ** 40, -(2 ** 40), 2n ** 70n, -(2n ** 70n)]);
    expect(large[4]).toBe(3n << 2000n);
    expect(get('text')).toBe('aä€𝄞\n\\u0041');
    expect(get('empty')).toBe('');
    const long = get('long');
    if (protocol === '0') expect(long).toBe('x'.repeat(1100));
    else expect(contentOf(bytes, long)).toBe('x'.repeat(1100));
    expect((get('tuples') as PickleTuple[]).map((tuple) => tuple.items)).toEqual([
      [],
      [1],
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
    ]);
    const [first, second] = get('shared') as PickleValue[];
    expect(first).toBe(second);
    expect(entriesOf(get('ordered'))).toEqual(new Map([['k', 1]]));
    const nested = entriesOf(entriesOf(get('nested'))!.get(1))!.get(2)!;
    expect(entriesOf(nested)!.get(3)).toEqual([]);
    // Older protocols spell these as calls.
    for (const [key, item] of [['set', 7] as const, ['frozenset', 8] as const]) {
      const found = get(key);
      expect(found instanceof PickleSet ? found.items : itemsOf((found as PickleObject).args[0])).toEqual([
        item,
      ]);
    }
    if (Number(protocol) >= 3) expect(contentOf(bytes, get('bytes'))).toBe('\x00\xff\n');
    if (protocol === '5') expect(contentOf(bytes, get('bytearray'))).toBe('ab');
    expect(`${(get('complex') as PickleObject).callable}`).toMatch(/^(__builtin__|builtins)\.complex$/);
  });

  function contentOf(bytes: Buffer, value: PickleValue): string {
    expect(value).toBeInstanceOf(ByteRange);
    const { offset, length } = value as ByteRange;
    return bytes.subarray(offset, offset + length).toString('latin1');
  }
});

describe('opcodes that Python writes rarely or no more', () => {
  test.each([
    ["S'it\\'s \\x41\\101\\n'\n.", "it's AA\n"],
    ['S"double"\n.', 'double'],
    ['Vtext \\u20ac\n.', 'text €'],
    ['I01\n.', true],
    ['I-5\n.', -5],
    ['L123456789012345678901L\n.', 123456789012345678901n],
    ['F1.5e3\n.', 1500],
    ['Fnan\n.', Number.NaN],
    ['\x8a\x00.', 0],
    ['\x8a\x01\xff.', -1],
    ['\x8b\x02\x00\x00\x00\x00\x80.', -32768],
    ['U\x03abc.', 'abc'],
    ['T\x03\x00\x00\x00abc.', 'abc'],
    ['\x8d\x02\x00\x00\x00\x00\x00\x00\x00\xc3\xa4.', 'ä'],
    ['K\x01K\x020.', 1],
    ['K\x01(K\x02K\x031.', 1],
    ['K\x01(0.', 1],
    ['](K\x01K\x02e.', [1, 2]],
    [']K\x01a.', [1]],
    ['(K\x01K\x02l.', [1, 2]],
    ['K\x05p3\n0g3\n.', 5],
    ['K\x05r\x00\x01\x00\x000j\x00\x01\x00\x00.', 5],
  ])('%j', async (pickle, expected) => {
    expect(await unpickle(pickle)).toEqual(expected);
  });

  test('classes and calls become records', async () => {
    expect(await unpickle('cos\nsystem\n.')).toEqual(new PickleGlobal('os', 'system'));
    expect(await unpickle('\x82\x07.')).toEqual(new PickleGlobal('copyreg.extension', '7'));
    expect(await unpickle('\x84\x07\x01\x00\x00.')).toEqual(new PickleGlobal('copyreg.extension', '263'));
    const call = (await unpickle("cos\nsystem\n(S'touch /tmp/x'\ntR.")) as PickleObject;
    expect(call.args).toEqual(['touch /tmp/x']);
    const made = (await unpickle("(S'a'\nios\nsystem\n.")) as PickleObject;
    expect([`${made.callable}`, made.args]).toEqual(['os.system', ['a']]);
    const object = (await unpickle('(cos\nsystem\nK\x01o}b.')) as PickleObject;
    expect([`${object.callable}`, object.args, object.state]).toEqual(['os.system', [1], new PickleDict()]);
    const keyword = (await unpickle('ca\nB\n)}\x92.')) as PickleObject;
    expect(keyword.kwargs).toEqual(new PickleDict());
  });

  test('persistent ids', async () => {
    expect(await unpickle('Pkey 1\n.')).toEqual(new PersistentId('key 1'));
    expect(await unpickle('K\x01\x85Q.')).toEqual(new PersistentId(new PickleTuple([1], [0])));
  });

  test('dict and set by mark', async () => {
    expect(entriesOf(await unpickle('(K\x01K\x02d.'))).toEqual(new Map([[1, 2]]));
    expect(await unpickle('\x8f(K\x01\x90.')).toEqual(new PickleSet([1]));
    expect(await unpickle('(K\x01\x91.')).toEqual(new PickleSet([1]));
  });

  test('items set on a subclass of dict, items appended to a subclass of list', async () => {
    const dict = (await unpickle('ca\nB\n)\x81K\x01K\x02s.')) as PickleObject;
    expect(entriesOf(dict)).toEqual(new Map([[1, 2]]));
    const list = (await unpickle('ca\nB\n)\x81K\x01a.')) as PickleObject;
    expect(list.appended).toEqual([1]);
  });
});

test('long bytes are passed over, not read', async () => {
  const file = memoryFile(bytesOf('B', Uint8Array.of(0, 0, 0, 2), new Uint8Array(1 << 25), '.'));
  const value = await readPickle(new ByteWindow(file));
  expect(value).toEqual(new ByteRange(5, 1 << 25));
  expect(file.largestRead).toBeLessThanOrEqual(1 << 16);
});

test('several pickles follow each other', async () => {
  const window = new ByteWindow(memoryFile(bytesOf('K\x01.K\x02.')));
  expect([await readPickle(window), await readPickle(window)]).toEqual([1, 2]);
  await expect(readPickle(window)).rejects.toMatchObject({ code: 'PICKLE_TRUNCATED' });
});
