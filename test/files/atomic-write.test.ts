import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutputError } from '../../src/errors.js';
import { checkWritable, writeAtomically, writeFileAtomically } from '../../src/files/atomic-write.js';
import { removeTemporaries } from '../../src/files/temporaries.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const bytes = Buffer.from('new content');
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, 'out.bin');
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The class of file handles, whose methods can be made to fail. */
async function handleClass(): Promise<FileHandle> {
  const handle = await open(folder, 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test('writes a file and leaves nothing else', async () => {
  await writeAtomically(path, {}, async (sink) => {
    await sink.write(bytes.subarray(0, 4));
    expect(sink.position).toBe(4);
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.out\.bin\..*\.tmp$/)]);
    await sink.write(bytes.subarray(4));
  });
  expect(readFileSync(path, 'utf8')).toBe('new content');
  expect(readdirSync(folder)).toEqual(['out.bin']);
});

test('starts from a copy, which may be of a file that nobody may write', async () => {
  const original = join(folder, 'original.bin');
  writeFileSync(original, 'old content', { mode: 0o444 });
  await writeAtomically(path, { copyOf: original }, async (sink) => {
    expect(sink.position).toBe(11);
    await sink.rewrite(0, Buffer.from('new'));
    await expect(sink.rewrite(9, Buffer.from('beyond'))).rejects.toThrow(RangeError);
  });
  expect(readFileSync(path, 'utf8')).toBe('new content');
  expect(statSync(path).mode & 0o777).toBe(0o666 & ~process.umask());
  expect(readFileSync(original, 'utf8')).toBe('old content');
  expect(statSync(original).mode & 0o777).toBe(0o444);
});

test('leaves nothing where the copy fails', async () => {
  const copyOf = join(folder, 'missing.bin');
  await expect(writeAtomically(path, { copyOf }, async () => {})).rejects.toBeInstanceOf(OutputError);
  expect(readdirSync(folder)).toEqual([]);
});

test('replaces a file only with force, keeping its mode', async () => {
  writeFileSync(path, 'old', { mode: 0o640 });
  await expect(writeFileAtomically(path, bytes)).rejects.toMatchObject({
    code: 'OUTPUT_EXISTS',
    hint: expect.stringContaining('`force`'),
  });
  expect(readFileSync(path, 'utf8')).toBe('old');
  await writeFileAtomically(path, bytes, { force: true });
  expect(readFileSync(path, 'utf8')).toBe('new content');
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['out.bin']);
});

test('does not overwrite a file that appears meanwhile', async () => {
  const writing = writeAtomically(path, {}, async (sink) => {
    await sink.write(bytes);
    writeFileSync(path, 'from somebody else');
  });
  await expect(writing).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  expect(readFileSync(path, 'utf8')).toBe('from somebody else');
  expect(readdirSync(folder)).toEqual(['out.bin']);
});

test('writes through a link', async () => {
  mkdirSync(join(folder, 'deep'));
  const target = join(folder, 'deep', 'target');
  writeFileSync(target, 'old');
  symlinkSync(target, path);
  await writeFileAtomically(path, bytes, { force: true });
  expect(readFileSync(target, 'utf8')).toBe('new content');
  expect(readdirSync(folder)).toEqual(['deep', 'out.bin']);
});

test('finds out in time that a path cannot be written', async () => {
  await expect(checkWritable(folder, { force: true })).rejects.toMatchObject({ code: 'OUTPUT_IS_FOLDER' });
  await expect(checkWritable(join(folder, 'no', 'x'))).rejects.toMatchObject({
    code: 'OUTPUT_FOLDER_MISSING',
  });
  writeFileSync(join(folder, 'file'), '');
  await expect(checkWritable(join(folder, 'file', 'x'))).rejects.toMatchObject({
    code: 'OUTPUT_FOLDER_MISSING',
  });
  await expect(writeFileAtomically(join(folder, 'x'.repeat(300)), bytes)).rejects.toMatchObject({
    code: expect.stringMatching(/^OUTPUT_/),
  });
  if (process.platform !== 'win32') {
    await expect(checkWritable('/dev/null', { force: true })).rejects.toMatchObject({
      code: 'OUTPUT_NOT_A_FILE',
    });
  }
  await checkWritable(path);
  expect(readdirSync(folder)).toEqual(['file']);
});

test('leaves the old file where producing the new one fails', async () => {
  writeFileSync(path, 'old');
  const writing = writeAtomically(path, { force: true }, async (sink) => {
    await sink.write(bytes);
    throw new RangeError('half-way');
  });
  await expect(writing).rejects.toThrow(new RangeError('half-way'));
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder)).toEqual(['out.bin']);
});

test.each([
  ['write', 'ENOSPC', 'OUTPUT_DISK_FULL'],
  ['write', 'EDQUOT', 'OUTPUT_DISK_FULL'],
  ['sync', 'ENOSPC', 'OUTPUT_DISK_FULL'],
  ['sync', 'EROFS', 'OUTPUT_NOT_WRITABLE'],
  ['write', 'EIO', 'OUTPUT_FAILED'],
] as const)('leaves nothing where %s fails with %s', async (method, system, code) => {
  vi.spyOn(await handleClass(), method).mockRejectedValue(systemError(system));
  await expect(writeFileAtomically(path, bytes)).rejects.toMatchObject({ code });
  expect(readdirSync(folder)).toEqual([]);
});

test('reports a failure that only the flush in between was told of', async () => {
  vi.spyOn(await handleClass(), 'datasync').mockRejectedValue(systemError('ENOSPC'));
  await expect(writeFileAtomically(path, Buffer.alloc(17 << 20))).rejects.toMatchObject({
    code: 'OUTPUT_DISK_FULL',
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('goes on after a write that took a part only', async () => {
  const handles = await handleClass();
  const original = handles.write as (...args: unknown[]) => unknown;
  vi.spyOn(handles, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    const [data, offset, length, position] = args as [Uint8Array, number, number, number];
    return original.call(this, data, offset, Math.min(length, 3), position) as never;
  });
  await writeFileAtomically(path, bytes);
  expect(readFileSync(path, 'utf8')).toBe('new content');
});

test('removes the files of a process that ends', async () => {
  await writeAtomically(path, {}, async (sink) => {
    await sink.write(bytes);
    removeTemporaries();
    expect(readdirSync(folder)).toEqual([]);
  }).catch(() => {});
  expect(readdirSync(folder)).toEqual([]);
});
