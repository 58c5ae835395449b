import { chmod, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cachedPath, partPath } from '../../src/models/cache.js';
import {
  addModel,
  knownModels,
  listModels,
  namedFile,
  pullModel,
  removeModel,
  verifyModels,
} from '../../src/models/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { entries, freshHome, noise, sha256 } from './home.js';
import { sendFile, serve } from './server.js';

const CONTENT = noise(200_000);
const OTHER = noise(200_000, 2);

const QUICK = { accept: true, retryMs: 5, idleMs: 5000 };

/** A server with CONTENT and a model `mine` that comes from it. */
async function mine(options: { sha256?: string } = {}) {
  const home = await freshHome();
  let content = CONTENT;
  const served = await serve((request, response) =>
    sendFile(request, response, content, { etag: `"${sha256(content)}"` }),
  );
  const url = `${served.origin}/mine.pkl`;
  await addModel('mine', url, options);
  const change = (to: Buffer) => {
    content = to;
  };
  return { home, url, change, ...served };
}

describe('pull', () => {
  test('puts the file under its hash, and knows it by its name', async () => {
    const { home, requests } = await mine();
    const pulled = await pullModel('mine', QUICK);
    const hash = sha256(CONTENT);
    const path = join(home, 'cache', 'sha256', hash.slice(0, 2), hash);
    expect(pulled).toEqual({ name: 'mine', path, sha256: hash, downloaded: true });
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(namedFile('mine')).toBe(path);
    expect(await entries(home, 'cache', 'partial')).toEqual([]);
    expect(await pullModel('mine', { accept: false, offline: true })).toEqual({
      ...pulled,
      downloaded: false,
    });
    expect(requests.length).toBe(1);
  });

  test('checks the hash that the manifest demands', async () => {
    const { home } = await mine({ sha256: sha256(OTHER) });
    await expect(pullModel('mine', QUICK)).rejects.toMatchObject({
      name: 'InputFileError',
      code: 'HASH_MISMATCH',
      message: expect.stringContaining(sha256(CONTENT)),
    });
    for (const folder of ['names', 'sha256', 'partial'])
      expect(await entries(home, 'cache', folder)).toEqual([]);
    expect(() => namedFile('mine')).toThrow(/not on this machine/);
  });

  test('records a hash at first sight, and refuses another file later', async () => {
    const { change } = await mine();
    const { path } = await pullModel('mine', QUICK);
    await truncate(path, 10);
    change(OTHER);
    expect(() => namedFile('mine')).toThrow(/not on this machine/);
    await expect(pullModel('mine', QUICK)).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
      hint: expect.stringMatching(/models remove mine/),
    });
    await removeModel('mine');
    await expect(pullModel('mine', QUICK)).rejects.toMatchObject({ code: 'UNKNOWN_MODEL' });
  });

  test('of a second name with a known hash takes the file that is there', async () => {
    const { requests, url } = await mine();
    const { path } = await pullModel('mine', QUICK);
    await addModel('again', `${url}?2`, { sha256: sha256(CONTENT).toUpperCase() });
    expect(await pullModel('again', QUICK)).toMatchObject({ path, downloaded: false });
    expect(requests.length).toBe(1);
    // The file goes with the last name that means it.
    expect(await removeModel('mine')).toEqual([]);
    expect(namedFile('again')).toBe(path);
    expect(await removeModel('again')).toEqual([path]);
  });

  test('does not trust what the name of a cached file says of its content', async () => {
    const { requests, url } = await mine();
    const { path } = await pullModel('mine', QUICK);
    await writeFile(path, OTHER);
    await addModel('again', `${url}?2`, { sha256: sha256(CONTENT) });
    expect(await pullModel('again', QUICK)).toMatchObject({ downloaded: true });
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(requests.length).toBe(2);
  });

  test('downloads another file once the manifest names another address', async () => {
    const { change, url } = await mine();
    await pullModel('mine', QUICK);
    change(OTHER);
    await addModel('mine', `${url}?other`, { force: true });
    expect(cachedPath(knownModels().get('mine')!)).toBe(undefined);
    expect(await pullModel('mine', QUICK)).toMatchObject({ sha256: sha256(OTHER), downloaded: true });
  });

  test('twice at once in one process downloads once', async () => {
    const { requests } = await mine();
    const both = await Promise.all([pullModel('mine', QUICK), pullModel('mine', QUICK)]);
    expect(both.map(({ downloaded }) => downloaded).sort()).toEqual([false, true]);
    expect(requests.length).toBe(1);
  });

  test('needs the licence to be accepted, having shown all of it', async () => {
    const { requests, url } = await mine();
    await addModel('mine', url, { force: true, licence: 'CC0' });
    const shown: unknown[] = [];
    const accept = async (terms: unknown) => {
      shown.push(terms);
      return false;
    };
    await expect(pullModel('mine', { accept })).rejects.toMatchObject({
      code: 'LICENCE_NOT_ACCEPTED',
      hint: expect.stringMatching(/`acceptLicence`/),
    });
    expect(shown).toEqual([{ name: 'mine', url, licence: 'CC0', source: undefined, description: undefined }]);
    expect(requests).toEqual([]);
  });

  test('refuses to go to the network with --offline, and names that no program can download', async () => {
    const { requests } = await mine();
    await expect(pullModel('mine', { ...QUICK, offline: true })).rejects.toMatchObject({
      name: 'UsageError',
      code: 'OFFLINE',
    });
    await expect(pullModel('ukiyoe', QUICK)).rejects.toMatchObject({
      code: 'MODEL_BY_HAND',
      hint: expect.stringMatching(/drive\.google\.com.*blend models add ukiyoe PATH/),
    });
    expect(await pullModel('toonhead', { ...QUICK, offline: true })).toMatchObject({ downloaded: false });
    expect(requests).toEqual([]);
  });

  test('says that the cache cannot be written', async () => {
    const { home } = await mine();
    await writeFile(join(home, 'cache'), 'in the way');
    await expect(pullModel('mine', QUICK)).rejects.toMatchObject({ name: 'OutputError' });
    // The superuser may write everywhere.
    if (process.getuid?.() === 0) return;
    process.env['STYLEGAN_BLEND_HOME'] = join(await temporaryFolder(), 'locked');
    await mkdir(process.env['STYLEGAN_BLEND_HOME']);
    await addModel('mine', 'http://127.0.0.1:1/');
    await chmod(process.env['STYLEGAN_BLEND_HOME'], 0o500);
    await expect(pullModel('mine', QUICK)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  });
});

describe('verify and remove', () => {
  test('see what has changed or is gone', async () => {
    const { home } = await mine();
    const { path } = await pullModel('mine', QUICK);
    const local = join(await temporaryFolder(), 'local.pkl');
    await writeFile(local, OTHER);
    await addModel('local', local);
    const states = async () => (await verifyModels()).map(({ name, state }) => `${name} ${state}`);
    expect(await states()).toEqual(['mine ok', 'local ok']);
    await writeFile(path, OTHER);
    await truncate(local, 5);
    expect(await states()).toEqual(['mine changed', 'local changed']);
    const listed = () => listModels().filter(({ origin }) => origin === 'user');
    expect(listed().map(({ state }) => state)).toEqual(['pulled', 'local']);
    await truncate(path, 0);
    expect(await removeModel('mine')).toEqual([path]);
    expect(await readdir(join(home, 'cache', 'names'))).toEqual([]);
    expect(await removeModel('local')).toEqual([]);
    expect((await readFile(local)).length).toBe(5);
    await expect(verifyModels('ffhq')).rejects.toMatchObject({
      code: 'MODEL_NOT_PULLED',
      hint: 'blend models pull ffhq',
    });
  });

  test('remove also deletes what an interrupted download has left', async () => {
    const home = await freshHome();
    const { origin } = await serve((request, response) =>
      sendFile(request, response, CONTENT, { breakAfter: 1000 }),
    );
    await addModel('mine', `${origin}/x`);
    await expect(pullModel('mine', { ...QUICK, retries: 1 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
    });
    expect((await entries(home, 'cache', 'partial')).length).toBe(2);
    expect(await removeModel('mine')).toEqual([partPath(`${origin}/x`)]);
    expect(await entries(home, 'cache', 'partial')).toEqual([]);
  });
});
