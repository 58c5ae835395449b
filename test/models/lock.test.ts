import { spawnSync } from 'node:child_process';
import { utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withLock } from '../../src/files/lock.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { entries } from './home.js';

/** The id of a process that has ended. */
const DEAD = spawnSync(process.execPath, ['--version']).pid;

async function lockFile(content?: object | string, ageMs = 0): Promise<string> {
  const path = join(await temporaryFolder(), 'x.lock');
  if (content === undefined) return path;
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  const time = new Date(Date.now() - ageMs);
  await utimes(path, time, time);
  return path;
}

const HOUR = 3_600_000;

test('one at a time, and nothing is left', async () => {
  const path = await lockFile();
  let inside = 0;
  const work = async () => {
    expect(++inside).toBe(1);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 6 }, () => withLock(path, {}, work)));
  expect(await entries(path, '..')).toEqual([]);
});

test('is released when the work fails', async () => {
  const path = await lockFile();
  const failing = withLock(path, {}, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await withLock(path, {}, async () => 'again')).toBe('again');
});

test.each([
  ['of a process that has died', { pid: DEAD, host: hostname(), token: 't' }, 0],
  ['that nobody has touched for an hour', { pid: process.pid, host: hostname(), token: 't' }, HOUR],
  ['of another machine that nobody has touched for an hour', { pid: 1, host: 'elsewhere', token: 't' }, HOUR],
  ['without content that is old', '', HOUR],
])('a lock %s is taken over, by one of several', async (_, content, age) => {
  const path = await lockFile(content, age);
  let inside = 0;
  const work = async () => {
    expect(++inside).toBe(1);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 4 }, () => withLock(path, {}, work)));
  expect(await entries(path, '..')).toEqual([]);
});

test.each([
  ['of a living process', { pid: process.pid, host: hostname(), token: 't' }],
  ['of another machine', { pid: DEAD, host: 'elsewhere', token: 't' }],
  ['that is being written', ''],
])('a lock %s is waited for', async (_, content) => {
  const path = await lockFile(content);
  const waited: number[] = [];
  const signal = AbortSignal.timeout(150);
  const waiting = withLock(path, { signal, onWait: (pid) => waited.push(pid) }, async () => 'no');
  await expect(waiting).rejects.toMatchObject({ name: 'AbortedError' });
  expect(waited.length).toBe(1);
});

test('work notices that its lock was taken over', async () => {
  const path = await lockFile();
  const work = withLock(path, {}, async (requireHeld) => {
    await requireHeld();
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), token: 'other' }));
    await requireHeld();
  });
  await expect(work).rejects.toMatchObject({ code: 'LOCK_LOST' });
  expect(await entries(path, '..')).toEqual(['x.lock']);
});
