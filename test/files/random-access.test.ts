import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForReading } from '../../src/files/random-access.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const isRoot = process.getuid?.() === 0;

test('reads any part of a file into an aligned buffer', async () => {
  const path = join(await temporaryFolder(), 'data');
  writeFileSync(
    path,
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  const file = await openForReading(path);
  expect(file.size).toBe(100);
  const bytes = await file.read(41, 8);
  expect([...bytes]).toEqual([41, 42, 43, 44, 45, 46, 47, 48]);
  expect(bytes.byteOffset).toBe(0);
  expect(bytes.buffer.byteLength).toBe(8);
  expect(await file.read(100, 0)).toHaveLength(0);
  await file.close();
  await expect(file.read(0, 1)).rejects.toMatchObject({ code: 'FILE_CLOSED' });
});

test.each([
  [0, 101],
  [100, 1],
  [-1, 1],
  [0, -1],
  [0.5, 1],
  [0, Number.NaN],
  [0, 2 ** 60],
  [2 ** 60, 8],
])('refuses offset %d, length %d before anything is allocated', async (offset, length) => {
  const path = join(await temporaryFolder(), 'data');
  writeFileSync(path, new Uint8Array(100));
  const file = await openForReading(path);
  await expect(file.read(offset, length)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
  await file.close();
});

test('notices that the file has become shorter', async () => {
  const path = join(await temporaryFolder(), 'data');
  writeFileSync(path, new Uint8Array(100));
  const file = await openForReading(path);
  truncateSync(path, 10);
  await expect(file.read(0, 50)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
  await file.close();
});

test('names what is wrong with a path', async () => {
  const folder = await temporaryFolder();
  await expect(openForReading(join(folder, 'none'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(openForReading(folder)).rejects.toMatchObject({ code: 'FILE_IS_FOLDER' });
  writeFileSync(join(folder, 'empty'), '');
  await expect(openForReading(join(folder, 'empty'))).rejects.toMatchObject({ code: 'FILE_EMPTY' });
  await expect(openForReading(join(folder, 'empty', 'x'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

test.skipIf(process.platform === 'win32')('does not wait for a pipe or device', async () => {
  const pipe = join(await temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(openForReading(pipe)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await expect(openForReading('/dev/zero')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test.skipIf(isRoot)('says that permission is missing', async () => {
  const path = join(await temporaryFolder(), 'data');
  writeFileSync(path, 'x');
  await chmod(path, 0);
  await expect(openForReading(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});
