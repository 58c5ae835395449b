import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, run } from './cli.js';

test('the commands at the top of docs/formats.md do what they say, one after the other', async () => {
  const page = await readFile(new URL('../../docs/formats.md', import.meta.url), 'utf8');
  const calls = [...page.matchAll(/^ {4}blend ([^#\n]+)/gm)].map(([, args]) => args!.trim().split(' '));
  const folder = await temporaryFolder();
  await copyFile(fixture('golden/golden32.pkl'), join(folder, 'ffhq.pkl'));
  await copyFile(fixture('golden/golden32-tuned.pkl'), join(folder, 'ukiyoe.pkl'));
  for (const args of calls) {
    const { code, stderr } = await run('blend', args, folder);
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  expect(await filesIn(folder)).toEqual([
    ...['again.pkl', 'blend.pkl', 'ffhq.pkl', 'ffhq.pt', 'ffhq.safetensors', 'ukiyoe.pkl'],
  ]);
  // Only G_ema went round, and it came back as it was.
  const [again, original] = await Promise.all(
    ['again.pkl', 'ffhq.pkl'].map((name) => readFile(join(folder, name))),
  );
  expect(again!.equals(original!)).toBe(true);
});
