import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortedError, OutputError, throwIfAborted } from '../errors.js';
import { fieldsOf, isCount } from '../json/fields.js';
import { makeFolder } from './folders.js';
import { outputError } from './output-errors.js';
import { forgetTemporary, registerTemporary } from './temporaries.js';

/** The holder touches its lock this often. */
const HEARTBEAT_MS = 10_000;

/** A lock that nobody has touched for this long belongs to nobody: another machine's, or a recycled process id. */
const STALE_MS = 10 * 60_000;

/** A lock whose content is not there yet after this long will never have one. */
const UNWRITTEN_MS = 5000;

const POLL_MS = 100;

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once, where another process has the lock. `pid` is 0 where it is not known. */
  readonly onWait?: (pid: number) => void;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Runs `work` while no other process runs any under the same lock file. A lock whose process has died is taken over.
 * `work` is given a function that throws where the lock was lost all the same: this process was suspended for longer
 * than {@link STALE_MS}, and somebody else goes on with its file.
 *
 * @throws OutputError where the lock file cannot be made; AbortedError while waiting
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: LockOptions,
  work: (requireHeld: () => Promise<void>) => Promise<T>,
): Promise<T> {
  await makeFolder(dirname(path));
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  for (let waits = 0; !(await acquire(path, mine)); waits++) {
    throwIfAborted(signal);
    if (await breakStale(path)) continue;
    if (waits === 0) onWait?.((await holderOf(path))?.pid ?? 0);
    await sleep(POLL_MS, undefined, { signal }).catch(() => {
      throw new AbortedError();
    });
  }
  // A sudden end of the process removes it together with temporary files.
  registerTemporary(path);
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work(async () => {
      if ((await holderOf(path))?.token === mine.token) return;
      throw new OutputError('LOCK_LOST', `${path}: another process has taken over`, { hint: 'run it again' });
    });
  } finally {
    clearInterval(heartbeat);
    forgetTemporary(path);
    const holder = await holderOf(path);
    if (holder === undefined || holder.token === mine.token) await unlink(path).catch(() => {});
  }
}

async function acquire(path: string, mine: Holder): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    const written = handle.writeFile(JSON.stringify(mine));
    // On a full disk a lock without content has to do: removing a download must still be possible.
    await written.catch(() => {}).finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw outputError(path, error);
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  const { pid, host, token } = fieldsOf(await readFile(path, 'utf8').catch(() => ''));
  if (!isCount(pid) || pid === 0 || typeof host !== 'string' || typeof token !== 'string') return undefined;
  return { pid, host, token };
}

/** Whether the lock was stale, or is gone by itself. */
async function breakStale(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return true;
  const age = Date.now() - stats.mtimeMs;
  const isDead = holder?.host === hostname() && !isAlive(holder.pid);
  if (!isDead && age < (holder === undefined ? UNWRITTEN_MS : STALE_MS)) return false;
  // Renamed before it is looked at once more: between two processes that both saw it stale, one could otherwise
  // delete the lock that the other has just made.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  if ((await holderOf(aside))?.token !== holder?.token) await link(aside, path).catch(() => {});
  await unlink(aside).catch(() => {});
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function touch(path: string): void {
  const now = new Date();
  utimes(path, now, now).catch(() => {});
}
