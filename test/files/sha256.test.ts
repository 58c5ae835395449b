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

test('a signal ends the hashing of its file, and of no other', async () => {
  const folder = await temporaryFolder();
  const [small, large, other] = ['small', 'large', 'other'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const [path, size] of [
    [small, 1],
    [large, 40 << 20],
    [other, 5 << 20],
  ] as const) {
    writeFileSync(path, Buffer.alloc(size, path));
  }
  const aborted = { code: 'ABORTED' };
  for (const path of [small, large]) {
    await expect(sha256OfFile(path, { signal: AbortSignal.abort() })).rejects.toMatchObject(aborted);
  }
  for (const [first, second] of [
    [large, other],
    [other, large],
  ] as const) {
    const stop = new AbortController();
    const options = (path: string) => (path === large ? { signal: stop.signal } : {});
    const hashes = [sha256OfFile(first, options(first)), sha256OfFile(second, options(second))];
    setTimeout(() => stop.abort(), 5);
    const results = await Promise.allSettled(hashes);
    expect(results.find((_, i) => [first, second][i] === large)).toMatchObject({ reason: aborted });
    const sum = createHash('sha256')
      .update(Buffer.alloc(5 << 20, other))
      .digest('hex');
    expect(results.find((_, i) => [first, second][i] === other)).toMatchObject({ value: sum });
  }
});
