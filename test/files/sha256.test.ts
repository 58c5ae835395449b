import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256OfFile } from '../../src/files/sha256.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test.each([1, 1000, 1 << 20, (1 << 20) + 1, (5 << 20) + 3])('hashes %d bytes', async (length) => {
  const path = join(await temporaryFolder(), 'data');
  const bytes = Buffer.alloc(length, 'stylegan');
  writeFileSync(path, bytes);
  expect(await sha256OfFile(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('hashes the largest files away from the main thread', async () => {
  const path = join(await temporaryFolder(), 'data');
  writeFileSync(path, Buffer.alloc(48 << 20, 'stylegan'));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await Promise.all([sha256OfFile(path), sha256OfFile(path)]);
  clearInterval(timer);
  // Hashing 96 MB takes 130 ms of processor time and more. On this thread it would let no timer through.
  expect(ticks).toBeGreaterThan(10);
});

test('fails as opening does', async () => {
  await expect(sha256OfFile('/no/such/file')).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

test('one file that cannot be read does not stop the others', async () => {
  const folder = await temporaryFolder();
  const [good, gone] = [join(folder, 'good'), join(folder, 'gone')];
  for (const path of [good, gone]) writeFileSync(path, Buffer.alloc(5 << 20, path));
  const hashes = Promise.allSettled([sha256OfFile(good), sha256OfFile(gone), sha256OfFile(good)]);
  // All three have been opened, and wait for the thread.
  await new Promise(setImmediate);
  rmSync(gone);
  const [first, second, third] = await hashes;
  expect(second).toMatchObject({ reason: { code: expect.stringMatching(/^FILE_/) } });
  expect(first).toEqual(third);
  expect(first.status).toBe('fulfilled');
});
