import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ByteWindow } from '../../../src/formats/pickle/byte-window.js';
import { readPickle } from '../../../src/formats/pickle/interpreter.js';
import { moduleState, walkModules } from '../../../src/formats/torch/module.js';
import { bytesOf, memoryFile } from '../../support/memory-file.js';

function run(...parts: (string | number | Uint8Array)[]) {
  return readPickle(new ByteWindow(memoryFile(bytesOf(...parts), 'hostile.pkl')));
}

const huge = '\x00\x00\x00\x00\x00\x00\x00\x10';

test.each([
  ['bytes of 2^60', `\x8e${huge}`, 'PICKLE_TRUNCATED'],
  ['bytearray of 2^60', `\x96${huge}`, 'PICKLE_TRUNCATED'],
  ['string of 2^60', `\x8d${huge}`, 'PICKLE_TRUNCATED'],
  ['frame of 2^60', `\x95${huge}`, 'PICKLE_TRUNCATED'],
  ['string of 2^32 - 1', 'X\xff\xff\xff\xff', 'PICKLE_TRUNCATED'],
  ['negative string', 'T\xff\xff\xff\xff', 'PICKLE_DAMAGED'],
  ['negative long', '\x8b\xff\xff\xff\xff', 'PICKLE_DAMAGED'],
  ['long of 2^31 - 1 bytes', '\x8b\xff\xff\xff\x7f', 'PICKLE_TRUNCATED'],
  ['long of 64 KB', `\x8b\x00\x00\x01\x00${'\x01'.repeat(65536)}.`, 'PICKLE_TOO_COMPLEX'],
  ['long of many digits', `L${'9'.repeat(60000)}L\n.`, 'PICKLE_DAMAGED'],
  ['endless line', `S'${'a'.repeat(300000)}'\n.`, 'PICKLE_TOO_COMPLEX'],
  ['line without an end', `S'${'a'.repeat(100)}`, 'PICKLE_TRUNCATED'],
  ['empty stack', '.', 'PICKLE_DAMAGED'],
  ['pop below a mark', 'K\x01(\x85.', 'PICKLE_DAMAGED'],
  ['no mark', 'K\x01t.', 'PICKLE_DAMAGED'],
  ['unknown memo entry', 'h\x07.', 'PICKLE_DAMAGED'],
  ['negative memo index', 'K\x01p-1\n.', 'PICKLE_DAMAGED'],
  ['unknown opcode', '\xff', 'PICKLE_DAMAGED'],
  ['protocol 6', '\x80\x06.', 'PICKLE_UNSUPPORTED'],
  ['out-of-band buffer', '\x97.', 'PICKLE_UNSUPPORTED'],
  ['global that is no string', 'K\x01K\x02\x93.', 'PICKLE_DAMAGED'],
  ['call without a tuple', 'ca\nB\nK\x01R.', 'PICKLE_DAMAGED'],
  ['state for a number', 'K\x01K\x02b.', 'PICKLE_DAMAGED'],
  ['item for a number', 'K\x01K\x02K\x03s.', 'PICKLE_DAMAGED'],
  ['key without a value', '}(K\x01u.', 'PICKLE_DAMAGED'],
  ['no end', 'K\x01', 'PICKLE_TRUNCATED'],
  ['more opcodes than any network', 'N0'.repeat(600_000), 'PICKLE_TOO_COMPLEX'],
  ['more marks than any network', '('.repeat(1_100_000), 'PICKLE_TOO_COMPLEX'],
])('%s', async (_, pickle, code) => {
  const failure = await run(pickle).catch((error) => error);
  expect(failure).toMatchObject({ name: 'InputFileError', code });
  expect(failure.message).toMatch(/^hostile\.pkl: at byte \d+: [^\n]+$/);
});

test('too much text', async () => {
  const text = `X\x00\x04\x00\x00${'a'.repeat(1024)}0`;
  await expect(run(text.repeat(17 * 1024), 'N.')).rejects.toMatchObject({ code: 'PICKLE_TOO_COMPLEX' });
});

test('os.system is a name, and so is everything else', async () => {
  const marker = '/tmp/stylegan-blend-was-executed';
  for (const call of [
    'os\nsystem',
    'posix\nsystem',
    'builtins\nexec',
    'subprocess\nPopen',
    'constructor\nconstructor',
  ]) {
    await run(`c${call}\n(S'touch ${marker}'\ntR.`);
    await run(`(S'touch ${marker}'\ni${call}\n.`);
  }
  expect(existsSync(marker)).toBe(false);
});

describe('values without an end', () => {
  const attempt = async (...parts: string[]) => {
    const file = memoryFile(bytesOf(...parts), 'hostile.pkl');
    const value = await readPickle(new ByteWindow(file));
    const state = moduleState(value);
    return state ? walkModules(file.path, state) : value;
  };
  /** A module whose state is on top of the memo `state`, with `children` between its opcodes. */
  const module = (children: string) =>
    `ctorch_utils.persistence\n_reconstruct_persistent_obj\n(}U\x05state}U\x08_modules}${children}sstR`;

  test('nested a hundred thousand deep', async () => {
    await attempt('('.repeat(200_000), 't'.repeat(200_000), '.');
    await attempt(']'.repeat(200_000), 'a'.repeat(199_999), '.');
    const deep = 100_000;
    await attempt('}K\x01'.repeat(deep), 'N', 's'.repeat(deep), '.');
  });

  test('a list that contains itself', async () => {
    await attempt(']q\x00h\x00a.');
  });

  test('a module that contains itself', async () => {
    const cyclic =
      'ctorch_utils.persistence\n_reconstruct_persistent_obj\n(}q\x00tRq\x01' +
      '0h\x00U\x05state}U\x08_modules}U\x01ah\x01sss0h\x01.';
    await expect(attempt(cyclic)).rejects.toMatchObject({ code: 'PICKLE_TOO_COMPLEX' });
  });

  test('modules that refer to the ones before ten times each', async () => {
    let pickle = `${module('')}q\x000`;
    for (let level = 1; level < 15; level++) {
      const before = `h${String.fromCharCode(level - 1)}`;
      const children = Array.from({ length: 10 }, (_, i) => `U\x01${i}${before}s`).join('');
      pickle += `${module(children)}q${String.fromCharCode(level)}0`;
    }
    await expect(attempt(`${pickle}h\x0e.`)).rejects.toMatchObject({ code: 'PICKLE_TOO_COMPLEX' });
  });
});
