import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_MODELS } from '../../src/models/built-in.js';
import { MODEL_NAME, urlFault } from '../../src/models/entry.js';
import { addModel, cacheFolder, knownModels, manifestPath, removeModel } from '../../src/models/index.js';
import { checkManifest } from '../../src/models/manifest-schema.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { entries, freshHome, sha256 } from './home.js';

const HASH = 'a'.repeat(64);

async function manifest(content: string | Buffer): Promise<void> {
  await freshHome();
  await mkdir(dirname(manifestPath()), { recursive: true });
  await writeFile(manifestPath(), content);
}

const withModels = (models: unknown) => JSON.stringify({ version: 1, models });

test('the built-in entries hold to the schema', () => {
  for (const [name, { page, ...entry }] of Object.entries(BUILT_IN_MODELS)) {
    expect(name).toMatch(MODEL_NAME);
    expect(urlFault(entry.url ?? page ?? ''), name).toBe(undefined);
    expect(entry.licence, name).toMatch(/./);
    expect(entry.source, name).toMatch(/^https:/);
    if (page === undefined) checkManifest('built-in', { version: 1, models: { [name]: entry } });
  }
});

describe('where things are', () => {
  test('in the XDG folders, or in one folder of the user', () => {
    delete process.env['STYLEGAN_BLEND_HOME'];
    process.env['XDG_CONFIG_HOME'] = resolve('/c');
    process.env['XDG_CACHE_HOME'] = 'relative/is/ignored';
    expect(manifestPath()).toBe(join(resolve('/c'), 'stylegan-blend', 'models.json'));
    expect(cacheFolder()).toBe(join(homedir(), '.cache', 'stylegan-blend'));
    process.env['STYLEGAN_BLEND_HOME'] = resolve('/h');
    expect([manifestPath(), cacheFolder()]).toEqual([
      join(resolve('/h'), 'models.json'),
      join(resolve('/h'), 'cache'),
    ]);
  });
});

describe('the user manifest', () => {
  test('lies on top of the built-in one', async () => {
    await manifest(
      `\ufeff${withModels({ mine: { url: 'https://a.example/x', sha256: HASH }, ukiyoe: { path: resolve('/u.pkl') } })}`,
    );
    const models = knownModels();
    expect(models.get('mine')).toMatchObject({
      kind: 'generator',
      origin: 'user',
      url: 'https://a.example/x',
    });
    expect(models.get('ukiyoe')).toMatchObject({
      origin: 'user',
      path: resolve('/u.pkl'),
      licence: expect.stringMatching(/CC BY-NC-SA/),
      page: undefined,
    });
    expect(models.get('ffhq')?.origin).toBe('built-in');
  });

  const CASES: [string, string | Buffer, string, RegExp, RegExp?][] = [
    ['no JSON', '{"version": 1,', 'MANIFEST_MALFORMED', /expected JSON/],
    ['nothing', '', 'MANIFEST_MALFORMED', /expected JSON/],
    ['a list', '[]', 'MANIFEST_MALFORMED', /expected object/],
    ['null', 'null', 'MANIFEST_MALFORMED', /expected object/],
    ['another version', '{"version": 2, "modelz": {}}', 'MANIFEST_VERSION', /expected version 1, found 2/],
    ['no version', '{"models": {}}', 'MANIFEST_MALFORMED', /version: expected 1/],
    [
      'an unknown key',
      '{"version": 1, "models": {}, "model": {}}',
      'MANIFEST_MALFORMED',
      /unknown key "model"/,
      /did you mean models\?/,
    ],
    [
      'a misspelt key of a model',
      withModels({ mine: { url: 'https://a.example', sha265: HASH } }),
      'MANIFEST_MALFORMED',
      /models\.mine: unknown key "sha265"/,
      /did you mean sha256\?/,
    ],
    [
      'a bad hash',
      withModels({ m: { url: 'https://a.example', sha256: 'ab' } }),
      'MANIFEST_MALFORMED',
      /models\.m\.sha256: expected 64/,
    ],
    [
      'a bad name',
      withModels({ 'A/b\n': { url: 'https://a.example' } }),
      'MANIFEST_MALFORMED',
      /"A\/b\\n": expected a name of a-z/,
    ],
    [
      'url and path',
      withModels({ m: { url: 'https://a.example', path: '/x' } }),
      'MANIFEST_MALFORMED',
      /either "url" or "path"/,
    ],
    ['neither', withModels({ m: {} }), 'MANIFEST_MALFORMED', /either "url" or "path"/],
    ['a relative path', withModels({ m: { path: 'x.pkl' } }), 'MANIFEST_MALFORMED', /absolute path/],
    [
      'another protocol',
      withModels({ m: { url: 'file:///x' } }),
      'MANIFEST_MALFORMED',
      /https:\/\/ or http:\/\//,
    ],
    [
      'a password',
      withModels({ m: { url: 'https://u:p@a.example' } }),
      'MANIFEST_MALFORMED',
      /without user name/,
    ],
    ['another kind', withModels({ m: { kind: 'car', path: '/x' } }), 'MANIFEST_MALFORMED', /models\.m\.kind/],
    ['10 MB', Buffer.alloc(10e6, ' '), 'MANIFEST_TOO_LARGE', /found 10000000/],
  ];
  test.each(CASES)('refuses %s', async (_, content, code, message, hint = /./) => {
    await manifest(content);
    let failure: unknown;
    try {
      knownModels();
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ name: 'InputFileError', code, message: expect.stringMatching(message) });
    expect((failure as Error).message).not.toContain('\n');
    expect((failure as { hint?: string }).hint ?? '.').toMatch(hint);
  });

  test('is left as it is where it cannot be read', async () => {
    await manifest('{');
    await expect(addModel('mine', 'https://a.example')).rejects.toMatchObject({ code: 'MANIFEST_MALFORMED' });
    expect(await readFile(manifestPath(), 'utf8')).toBe('{');
  });

  test('a folder in its place is no manifest', async () => {
    await freshHome();
    await mkdir(manifestPath(), { recursive: true });
    expect(() => knownModels()).toThrow(/expected a regular file|cannot be read/);
  });
});

describe('add', () => {
  test('records the hash of a file, which stays where it is', async () => {
    await freshHome();
    const path = join(await temporaryFolder(), 'x.pkl');
    await writeFile(path, 'content');
    expect(await addModel('mine', path, { licence: 'CC0' })).toEqual({
      kind: 'generator',
      path,
      sha256: sha256(Buffer.from('content')),
      licence: 'CC0',
    });
    expect(knownModels().get('mine')?.path).toBe(path);
    await expect(addModel('mine', path)).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      hint: expect.stringMatching(/`force`/),
    });
    await expect(addModel('other', path, { sha256: HASH })).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    await expect(addModel('other', `${path}x`)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await removeModel('mine');
    expect(knownModels().has('mine')).toBe(false);
  });

  test.each([
    ['toonhead', 'https://a.example', {}, 'NAME_TAKEN'],
    ['Mine', 'https://a.example', {}, 'MODEL_NAME'],
    ['../x', 'https://a.example', {}, 'MODEL_NAME'],
    ['__proto__', 'https://a.example', {}, 'MODEL_NAME'],
    ['mine', 'ftp://a.example', {}, 'MODEL_URL'],
    ['mine', 'https://', {}, 'MODEL_URL'],
    ['mine', 'https://u:p@a.example', {}, 'MODEL_URL'],
    ['mine', 'https://a.example', { sha256: 'xyz' }, 'SHA256_MALFORMED'],
  ])('refuses %s %s', async (name, target, options, code) => {
    await freshHome();
    await expect(addModel(name, target, options)).rejects.toMatchObject({ name: 'UsageError', code });
  });

  test('keeps every one of many that are added at once, and a manifest that is a link', async () => {
    const home = await freshHome();
    const real = join(await temporaryFolder(), 'real.json');
    await writeFile(real, withModels({}));
    await mkdir(home);
    await symlink(real, manifestPath());
    const names = Array.from({ length: 4 }, (_, i) => `model${i}`);
    await Promise.all(names.map((name) => addModel(name, `https://a.example/${name}`)));
    expect(Object.keys(JSON.parse(await readFile(real, 'utf8')).models).sort()).toEqual(names);
    expect(await entries(home)).toEqual(['models.json']);
  });
});
