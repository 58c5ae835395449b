import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fixture, goldenBytes } from '../support/golden.js';
import { bytesOf } from '../support/memory-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { run } from './cli.js';

const GOLDEN = fixture('golden/golden32.pkl');

test('inspect --json: networks, sizes, hash, and what the pickle would have run', async () => {
  const { code, stdout } = await run('blend', ['inspect', GOLDEN, '--json'], '.');
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ container: 'pickle', format: 'stylegan2-ada-pytorch', size: 480739 });
  expect(document.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(document.networks.map(({ name }: { name: string }) => name)).toEqual(['G_ema', 'G', 'D']);
  const [generator, , discriminator] = document.networks;
  expect(generator.architecture).toMatchObject({ family: 'stylegan2', resolution: 32, channels: { 4: 24 } });
  expect(generator.resolutions.map((row: { resolution: unknown }) => row.resolution)).toEqual([
    ...[null, 4, 8, 16, 32],
  ]);
  expect(discriminator.architecture.family).toBe('discriminator');
  expect(document.security.unusual).toEqual([]);
  expect(document.security.code[0]).toMatchObject({ name: 'Generator', uses: 2 });
});

test('inspect for people: one network of a wrapped file, with statistics', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'x.gz'), gzipSync(await goldenBytes('golden32.pkl')));
  const args = ['inspect', 'x.gz', '--network', 'D', '--tensors'];
  const { code, stdout } = await run('blend', args, folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^wrapped in +gzip$/m);
  expect(stdout).toMatch(/^network +D$/m);
  expect(stdout).not.toMatch(/^network +G/m);
  expect(stdout).toMatch(/^in all +37 +11 077 +44 308$/m);
  expect(stdout).toMatch(/^b4\.out\.bias +\[1\] +f32 +0 +0 +0 +0 +0 +0$/m);
  expect(stdout).toMatch(/^all values are finite$/m);
  expect(stdout).toMatch(/^- import and call 9 names, all usual for such files$/m);
});

test('a hostile pickle is described and not run', async () => {
  const folder = await temporaryFolder();
  const network =
    '}U\x05G_emactorch_utils.persistence\n_reconstruct_persistent_obj\n(}(U\x05state}U\x08_modules}sU\x0amodule_srcU\x04codeU\x0aclass_nameU\x01GutRs.';
  await writeFile(join(folder, 'x.pkl'), bytesOf('\x80\x02', "cos\nsystem\n(S'touch ran'\ntR0", network));
  const { code, stdout } = await run('blend', ['inspect', 'x.pkl'], folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/AND THESE, WHICH ARE NOT:\n {4}os\.system\n/);
  expect(stdout).toMatch(/^ {4}G +4 bytes +used once$/m);
  expect(stdout).toMatch(/^architecture +none that is known/m);
  expect((await run('blend', ['render', 'x.pkl', '--seeds', '0'], folder)).code).toBe(3);
});

test('diff shows how far a fine-tuned model moved', async () => {
  const tuned = fixture('golden/golden32-tuned.pkl');
  const { code, stdout } = await run('blend', ['diff', GOLDEN, tuned], '.');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^the architectures are the same: the two can be blended$/m);
  expect(stdout).toMatch(/^tensors: 75 compared, 22 identical$/m);
  expect(stdout).toMatch(/^8 px +3 of 14 +1\.\d\d {2}█{20,30}$/m);
});

test('diff of different architectures is an answer, not an error', async () => {
  const args = ['diff', GOLDEN, fixture('golden/golden32-stylegan1.pkl'), '--json'];
  const { code, stdout } = await run('blend', args, '.');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ sameArchitecture: false, b: { family: 'stylegan1' } });
});
