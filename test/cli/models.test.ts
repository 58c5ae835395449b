import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { addModel, namedFile, pullModel } from '../../src/models/index.js';
import { entries, freshHome, noise, sha256 } from '../models/home.js';
import { sendFile, serve } from '../models/server.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import type { Run } from './cli.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/blend.js', import.meta.url));
const CONTENT = noise(400_000);

let home = '';
let folder = '';

beforeEach(async () => {
  home = await freshHome();
  folder = await temporaryFolder();
});

/** Starts `blend ARGS` with the home of the test. */
function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Run> } {
  const env = { ...process.env, NO_COLOR: '1', STYLEGAN_BLEND_HOME: home };
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text }))) };
}

const models = (...args: string[]) => start(['models', ...args]).ended;

describe('blend models', () => {
  test('the life of a local file: add, list, path, use, verify, remove', async () => {
    const file = join(folder, 'small.safetensors');
    await cp(fixture('generators/dylan.safetensors'), file);
    expect(await models('add', 'small', 'small.safetensors', '--licence', 'CC0')).toEqual({
      code: 0,
      stdout: `small  ${file}\n`,
      stderr: '',
    });
    expect((await models('list')).stdout).toMatch(/^small +local +\d+ MB +.*small\.safetensors$/m);
    expect((await start(['inspect', 'small', '--json']).ended).stdout).toContain(JSON.stringify(file));
    expect(await models('verify', 'small')).toMatchObject({ code: 0, stdout: `ok       small  ${file}\n` });
    await writeFile(file, 'changed');
    expect(await models('verify')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/not what was recorded: small\nhint: /),
    });
    expect(await models('remove', 'small')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await stat(file)).size).toBe(7);
  });

  test('what a model is of no use without is pulled first', async () => {
    const { origin, requests } = await serve((request, response) => sendFile(request, response, CONTENT));
    const manifest = {
      version: 1,
      models: {
        metric: { kind: 'weights', url: `${origin}/metric.pth`, needs: ['trunk'] },
        trunk: { kind: 'weights', url: `${origin}/trunk.pth` },
      },
    };
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'models.json'), JSON.stringify(manifest));
    const { code, stdout } = await models('pull', 'metric', 'trunk', '--accept-licence', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).pulled.map(({ name }: { name: string }) => name)).toEqual(['trunk', 'metric']);
    expect(requests.length).toBe(2);
  });

  test('a download shows where from and the licence, and needs a yes', async () => {
    const { origin, requests } = await serve((request, response) => sendFile(request, response, CONTENT));
    await models(
      'add',
      'far',
      `${origin}/far.pkl`,
      '--sha256',
      sha256(CONTENT),
      '--licence',
      'only on Sundays',
    );
    const refused = await models('pull', 'far');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/from +http:\/\/127\.0\.0\.1:\d+\/far\.pkl\n +licence +only on Sundays\n/);
    expect(refused.stderr).toMatch(/\nhint: .*--accept-licence\n$/);
    expect(requests).toEqual([]);
    const pulled = await models('pull', 'far', 'toonhead', '--accept-licence', '--json');
    expect(pulled.code).toBe(0);
    const [far, toonhead] = JSON.parse(pulled.stdout).pulled;
    expect(far).toMatchObject({ name: 'far', sha256: sha256(CONTENT), downloaded: true });
    expect(toonhead).toMatchObject({ name: 'toonhead', downloaded: false });
    expect((await readFile(far.path)).equals(CONTENT)).toBe(true);
    expect(await models('pull', 'far', '--offline', '--quiet')).toEqual({
      code: 0,
      stdout: `${far.path}\n`,
      stderr: '',
    });
  });

  test('one of two that fails is exit code 5, a wrong hash alone 3', async () => {
    const { origin } = await serve((request, response) => sendFile(request, response, CONTENT));
    await addModel('good', `${origin}/good`);
    await addModel('bad', `${origin}/bad`, { sha256: 'a'.repeat(64) });
    const both = await models('pull', 'bad', 'good', '--accept-licence', '--json');
    expect(both).toMatchObject({ code: 5, stderr: expect.stringMatching(/bad: expected SHA-256 aaa/) });
    expect(JSON.parse(both.stdout)).toMatchObject({
      pulled: [{ name: 'good' }],
      error: { code: 'PARTLY_PULLED' },
    });
    const bad = await models('pull', 'bad', '--accept-licence', '--json');
    expect(bad.code).toBe(3);
    expect(JSON.parse(bad.stdout).error.code).toBe('HASH_MISMATCH');
  });

  test('wrong calls are one line and a hint', async () => {
    const cases: [string[], number, RegExp][] = [
      [[], 2, /expected a command/],
      [['lst'], 2, /unknown command "lst"\nhint: did you mean list\?/],
      [['pull'], 2, /name: expected, but not given/],
      [['pull', 'ffqh', '--accept-licence'], 2, /"ffqh"\nhint: did you mean ffhq\?/],
      [
        ['pull', 'ukiyoe', '--accept-licence'],
        2,
        /by a program\nhint: download https:\/\/drive\.google\.com/,
      ],
      [['path', 'ffhq'], 3, /not on this machine\nhint: blend models pull ffhq/],
    ];
    const check = async ([args, code, message]: (typeof cases)[number]) => {
      const found = await models(...args);
      expect(found, args.join(' ')).toMatchObject({
        code,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
      expect(found.stderr).toMatch(/^blend: [^\n]+\n(hint: [^\n]+\n)?$/);
    };
    const queue = cases.values();
    // Two at a time, as there are cores.
    const worker = async () => {
      for (const item of queue) await check(item);
    };
    await Promise.all([worker(), worker()]);
    const unpulled = await start(['render', 'ffhq', '--seeds', '0']).ended;
    expect(unpulled).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/hint: blend models pull ffhq/),
    });
  });
});

describe('several processes', () => {
  test('two that pull at once download once', async () => {
    let oneWaits = () => {};
    const waiting = new Promise<void>((resolve) => {
      oneWaits = resolve;
    });
    const { origin, requests } = await serve(async (request, response) => {
      await waiting;
      sendFile(request, response, CONTENT);
    });
    await addModel('far', origin);
    const pulls = [0, 1].map(() => start(['models', 'pull', 'far', '--accept-licence']));
    for (const { child } of pulls) {
      child.stderr?.on('data', (chunk) => {
        if (/waiting for process \d+/.test(String(chunk))) oneWaits();
      });
    }
    const [one, two] = (await Promise.all(pulls.map(({ ended }) => ended))) as [Run, Run];
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(one.stdout).toBe(two.stdout);
    expect(requests.length).toBe(1);
  });

  test.each(['SIGKILL', 'SIGINT'] as const)(
    'a pull that %s ends leaves no name, and the next goes on',
    async (signal) => {
      let killed = false;
      const { origin, requests } = await serve((request, response) => {
        if (killed) return sendFile(request, response, CONTENT);
        response.writeHead(200, { ETag: '"v1"', 'Content-Length': CONTENT.length });
        response.write(CONTENT.subarray(0, 100_000));
      });
      await addModel('far', origin);
      const { child, ended } = start(['models', 'pull', 'far', '--accept-licence']);
      await untilReceived(100_000);
      child.kill(signal);
      expect((await ended).code).toBe(signal === 'SIGINT' ? 130 : null);
      killed = true;
      expect(() => namedFile('far')).toThrow(/not on this machine/);
      expect(await entries(home, 'cache', 'sha256')).toEqual([]);
      const { path } = await pullModel('far', { accept: true });
      expect((await readFile(path)).equals(CONTENT)).toBe(true);
      expect(requests.at(-1)?.headers.range).toBe('bytes=100000-');
      expect(await entries(home, 'cache', 'partial')).toEqual([]);
    },
  );
});

/** Waits until the interrupted download has that many bytes on the disk. */
async function untilReceived(bytes: number): Promise<void> {
  for (;;) {
    const parts = (await entries(home, 'cache', 'partial')).filter((name) => name.endsWith('.part'));
    const sizes = await Promise.all(
      parts.map(async (name) => (await stat(join(home, 'cache', 'partial', name))).size),
    );
    if (sizes[0] === bytes) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
