import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { fixture } from '../support/golden.js';
import { bytesOf } from '../support/memory-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { unzip, type ZipFault, zipOf } from './zip-of.js';

const torch = readFileSync(fixture('golden/golden32-rosinality.pt'));
const entries = unzip(torch);
const legacy = readFileSync(fixture('golden/golden32-rosinality-legacy.pt'));

async function codeOf(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'x');
  writeFileSync(path, bytes);
  const before = scratchFiles();
  const outcome = await openCheckpoint(path)
    .then(async (checkpoint) => {
      try {
        for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
      } finally {
        await checkpoint.close();
      }
      return 'read';
    })
    .catch((error) => {
      expect(error).toMatchObject({ code: expect.any(String), hint: expect.toSatisfy(() => true) });
      expect(error.message).not.toContain('\n');
      return error.code;
    });
  expect(scratchFiles()).toEqual(before);
  return outcome;
}

function scratchFiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^stylegan-blend-[0-9a-f]{16}\.tmp$/.test(name));
}

/** The torch file with an entry replaced. */
function torchWith(
  change: (name: string, bytes: Buffer) => [string, Buffer] | undefined,
  fault: ZipFault = {},
) {
  return zipOf(
    entries.flatMap(([name, bytes]) => {
      const changed = change(name, bytes);
      return changed === undefined ? [] : [changed];
    }),
    fault,
  );
}

describe('zip archives', () => {
  const same = (name: string, bytes: Buffer): [string, Buffer] => [name, bytes];
  test.each<[string, Uint8Array, string]>([
    ['unchanged', torchWith(same), 'read'],
    ['wrong checksums', torchWith(same, { crc: true }), 'ZIP_CHECKSUM'],
    ['entries on top of each other', torchWith(same, { overlap: true }), 'ZIP_HOSTILE'],
    ['sizes of 4 GB', torchWith(same, { size: 0xfffffff0 }), 'ZIP_DAMAGED'],
    ['a name twice', zipOf([...entries, entries[1]!]), 'ZIP_HOSTILE'],
    ['a name that leads out', zipOf([...entries, ['../../x', Buffer.from('x')]]), 'ZIP_HOSTILE'],
    ['an absolute name', zipOf([...entries, ['/etc/x', Buffer.from('x')]]), 'ZIP_HOSTILE'],
    ['a Windows path', zipOf([...entries, ['C:\\x', Buffer.from('x')]]), 'ZIP_HOSTILE'],
    [
      'a storage that is missing',
      torchWith((n, b) => (n.endsWith('/data/3') ? undefined : [n, b])),
      'TORCH_DAMAGED',
    ],
    [
      'a storage that is too short',
      torchWith((n, b) => [n, n.endsWith('/data/3') ? b.subarray(0, 4) : b]),
      'TORCH_DAMAGED',
    ],
    [
      'big-endian data',
      zipOf([...entries, [entries[0]![0].replace('data.pkl', 'byteorder'), Buffer.from('big')]]),
      'TORCH_DAMAGED',
    ],
    [
      'two checkpoints',
      zipOf([
        ['a.pkl', torch],
        ['b.pkl', torch],
      ]),
      'ZIP_AMBIGUOUS',
    ],
    ['nothing', zipOf([]), 'NOT_A_CHECKPOINT'],
    [
      'pictures',
      zipOf([
        ['a.png', torch],
        ['b.png', torch],
      ]),
      'NOT_A_CHECKPOINT',
    ],
    [
      'archives in archives',
      zipOf([['a.gz', gzipSync(gzipSync(zipOf([['x', torch]])))]]),
      'NOT_A_CHECKPOINT',
    ],
    ['cut off', torch.subarray(0, torch.length - 30), 'ZIP_DAMAGED'],
    ['a bomb among the storages', torchBomb(), 'ZIP_BOMB'],
    ['a bomb around it', zipOf([['a.pkl', Buffer.alloc(80 << 20), 'deflated']]), 'ZIP_BOMB'],
    [
      'a bomb that lies about its size',
      zipOf([['a.pkl', Buffer.alloc(80 << 20), 'deflated']], { size: 1000 }),
      'ZIP_BOMB',
    ],
    ['a gzip bomb', gzipSync(Buffer.alloc(80 << 20)), 'ZIP_BOMB'],
  ])('%s', async (_, bytes, code) => {
    expect(await codeOf(bytes)).toBe(code);
  });

  function torchBomb(): Buffer {
    return zipOf(
      entries.map(([name, bytes]) => [name, bytes, 'deflated'] as const),
      { size: 0x70000000 },
    );
  }
});

describe('torch files', () => {
  /** The legacy file with some of its text replaced by text of the same length. */
  const replaced = (from: string, to: string) => {
    expect(to.length).toBe(from.length);
    const text = legacy.toString('latin1');
    expect(text).toContain(from);
    return Buffer.from(text.replace(from, to), 'latin1');
  };
  test('a type that is not known', async () => {
    expect(await codeOf(replaced('FloatStorage', 'FlootStorage'))).toBe('TORCH_DTYPE');
  });
  test('elements of another size than the file has', async () => {
    expect(await codeOf(replaced('FloatStorage', 'DoublStorage'))).toBe('TORCH_DTYPE');
    expect(['PICKLE_TRUNCATED', 'TORCH_DAMAGED']).toContain(
      await codeOf(legacy.subarray(0, legacy.length - 100)),
    );
  });
});

describe('numpy arrays', () => {
  /** A network with one array of the given state. */
  const network = (
    state: string,
    dtype = 'U\x02f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb',
  ) =>
    bytesOf(
      '\x80\x02cdnnlib.tflib.network\nNetwork\n)\x81}(U\x07versionK\x04U\x04nameU\x02GsU\x0dstatic_kwargs}U\x0acomponents}',
      'U\x09variables](U\x08x/weightcnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01',
      state.replace('DTYPE', `cnumpy\ndtype\n${dtype}`),
      'tb\x86eub.',
    );
  const huge = 'J\xff\xff\xff\x7f';
  test.each([
    ['less data than its shape', 'K\x05\x85DTYPE\x89U\x04abcd', 'NUMPY_DAMAGED'],
    ['a shape beyond all bounds', `(${huge}${huge}${huge}${huge}tDTYPE\x89U\x04abcd`, 'NUMPY_DAMAGED'],
    ['a negative shape', 'J\xff\xff\xff\xff\x85DTYPE\x89U\x04abcd', 'NUMPY_DAMAGED'],
    ['objects instead of numbers', 'K\x01\x85DTYPE\x89]', 'NUMPY_DAMAGED'],
  ])('%s', async (_, state, code) => {
    expect(await codeOf(network(state))).toBe(code);
  });
  test('types that are not numbers', async () => {
    expect(await codeOf(network('K\x01\x85DTYPE\x89U\x04abcd', 'U\x01OK\x00K\x01\x87R'))).toBe('NUMPY_DTYPE');
  });
  test('components without end', async () => {
    const cyclic = bytesOf(
      '\x80\x02cdnnlib.tflib.network\nNetwork\n)\x81q\x00}(U\x09variables]U\x0acomponents}U\x01ah\x00sub.',
    );
    expect(await codeOf(cyclic)).toBe('PICKLE_TOO_COMPLEX');
  });
});
