import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCheckpointFile } from '../../src/checkpoint/checkpoint-file.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { byteSpan } from '../../src/formats/tensor-view.js';
import { expectSameTensors } from '../checkpoint/same-tensors.js';
import { fixture, goldenBytes } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, run } from './cli.js';

const golden = (name: string) => fixture(`golden/${name}`);

test('a generator goes through every form and comes back bit for bit', async () => {
  const folder = await temporaryFolder();
  const steps: [from: string, to: string, container?: string][] = [
    [golden('golden32-tf.pkl'), 'a.safetensors'],
    ['a.safetensors', 'b.pt'],
    ['b.pt', 'c.pth', 'golden32-rosinality-legacy.pt'],
    ['c.pth', 'd.pkl', 'golden32-tf.pkl'],
    ['d.pkl', 'e.pt', 'golden32-rosinality.pt'],
    ['e.pt', 'f.pkl', 'golden32.pkl'],
  ];
  const original = await openCheckpoint(golden('golden32.pkl'));
  for (const [from, to, container] of steps) {
    const form = container === undefined ? [] : ['--container', golden(container)];
    const { code, stdout, stderr } = await run(
      'blend',
      ['convert', from, to, '--network', 'G_ema', ...form],
      folder,
    );
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: `${to}\n` });
    const written = await openCheckpoint(join(folder, to));
    await expectSameTensors(written, original);
    await written.close();
  }
  await original.close();
  // Containers that got their own values back are what they were.
  const twins = {
    'c.pth': 'golden32-rosinality-legacy.pt',
    'd.pkl': 'golden32-tf.pkl',
    'f.pkl': 'golden32.pkl',
  };
  for (const [name, twin] of Object.entries(twins)) {
    expect((await readFile(join(folder, name))).equals(await goldenBytes(twin)), name).toBe(true);
  }
  expect(await filesIn(folder)).toEqual(steps.map(([, to]) => to).sort());
});

test('--lossy says what is lost, --dry-run writes nothing, --json is one document', async () => {
  const folder = await temporaryFolder();
  const args = ['convert', golden('golden32.pkl'), 'x.pt', '--dtype', 'f16', '--lossy', '--json'];
  const dry = await run('blend', [...args, '--dry-run'], folder);
  expect(dry.code).toBe(0);
  expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, form: 'rosinality', networks: ['G_ema'] });
  expect(JSON.parse(dry.stdout).lost).toHaveLength(3);
  expect(await filesIn(folder)).toEqual([]);
  const { code, stdout, stderr } = await run('blend', args, folder);
  expect(code).toBe(0);
  expect(stderr).toContain(
    'blend: lost: the generator without averaging (G); the discriminator (D); digits of 75',
  );
  const { bytes } = JSON.parse(stdout);
  expect((await readFile(join(folder, 'x.pt'))).length).toBe(bytes);
});

test('a blend in place of the base changes nothing but its tensors, and adds its recipe', async () => {
  const folder = await temporaryFolder();
  const pair = ['--base', golden('golden32.pkl'), '--transfer', golden('golden32-tuned.pkl'), '--swap', '8'];
  const args = [...pair, '--out', 'x.pkl', '--networks', 'D,G_ema', '--json'];
  const { code, stdout, stderr } = await run('blend', args, folder);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^in place of golden32\.pkl: \d+ tensors changed; all else is its own$/m);
  const { inPlace, recipe, container, networks } = JSON.parse(stdout);
  expect({ container, networks }).toEqual({ container: golden('golden32.pkl'), networks: ['G_ema', 'D'] });
  expect(recipe.models[recipe.base].sha256).toMatch(/^[0-9a-f]{64}$/);

  const [written, base, transfer] = await Promise.all(
    [join(folder, 'x.pkl'), golden('golden32.pkl'), golden('golden32-tuned.pkl')].map(openCheckpointFile),
  );
  const isChanged = new Uint8Array(base!.size);
  for (const name of inPlace.changed as string[]) {
    const [network, tensor] = name.split('/') as [string, string];
    const { view } = (await base!.content(network)).tensors.get(tensor)!;
    const { offset, length } = byteSpan(view!);
    isChanged.fill(1, view!.source.inFile!.offset + offset, view!.source.inFile!.offset + offset + length);
  }
  const [before, after] = await Promise.all([goldenBytes('golden32.pkl'), readFile(join(folder, 'x.pkl'))]);
  expect(before.findIndex((byte, i) => byte !== after[i] && isChanged[i] === 0)).toBe(-1);
  const note = after.subarray(before.length).toString();
  expect(note).toMatch(/^\n\{.*\}\n#stylegan-blend \d{10} [0-9a-f]{8}\n$/);
  expect(JSON.parse(JSON.parse(note.split('\n')[1]!).recipe)).toEqual(recipe);

  const expected: [network: string, tensor: string, from: typeof base][] = [
    ['G_ema', 'synthesis.b8.conv0.weight', transfer],
    ['G_ema', 'synthesis.b16.conv0.weight', base],
    ['D', 'b4.fc.weight', transfer],
    ['D', 'b16.conv0.weight', base],
    ['G', 'synthesis.b8.conv0.weight', base],
  ];
  for (const [network, tensor, from] of expected) {
    const [found, wanted] = await Promise.all(
      [written, from].map(async (file) => (await file!.checkpoint(network)).read(tensor)),
    );
    expect(found, `${network} ${tensor}`).toEqual(wanted);
  }
  await Promise.all([written, base, transfer].map((file) => file!.close()));
});

test('the extension decides: a .pt of a .pkl is written anew, one of a .pt in its place', async () => {
  const folder = await temporaryFolder();
  const pair = (base: string) => [
    ...['--base', golden(base), '--transfer', golden('golden32-tuned.pkl'), '--swap', '8', '--json'],
  ];
  const runs = await Promise.all([
    run('blend', [...pair('golden32.pkl'), '--out', 'new.pt', '--dry-run'], folder),
    run('blend', [...pair('golden32-rosinality.pt'), '--out', 'own.pt', '--dry-run'], folder),
  ]);
  const [anew, inPlace] = runs.map(({ stdout }) => JSON.parse(stdout));
  expect(anew).toMatchObject({ form: 'rosinality', dtype: 'f32', networks: ['G_ema'] });
  expect(inPlace).toMatchObject({ form: 'in-place', container: golden('golden32-rosinality.pt') });
  expect(inPlace.inPlace.replaced).toHaveLength(70);
  expect(await filesIn(folder)).toEqual([]);
});
