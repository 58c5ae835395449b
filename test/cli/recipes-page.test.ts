import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asDependencyOf } from '../support/as-dependency.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, ONE_THREAD, run } from './cli.js';

test('the recipes and commands of docs/recipes.md do what they say, one after the other', async () => {
  const page = await readFile(new URL('../../docs/recipes.md', import.meta.url), 'utf8');
  const recipes = [...page.matchAll(/```yaml\n# (\S+)\n[\s\S]*?```/g)];
  const folder = await temporaryFolder();
  for (const [block, name] of recipes) {
    await writeFile(join(folder, name!), block.replace(/^```yaml\n|```$/g, ''));
  }
  const calls = [...page.matchAll(/^ {4}blend ([^#\n]+)/gm)].map(([, args]) => args!.trim().split(/\s+/));
  expect(calls.length).toBeGreaterThan(9);
  for (const args of calls) {
    const renders = args[0] === 'three.yaml' ? ONE_THREAD : [];
    const { code, stderr } = await run('blend', [...args, ...renders], folder);
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  await asDependencyOf(folder);
  await writeFile(join(folder, 'example.mjs'), /```ts\n([\s\S]*?)```/.exec(page)![1]!);
  const said = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(said).toMatch(/'toonhead' => 0\.3\d*,\s+'pixelart' => 0\.7,\s+'dylan' => 0\s/);
  await rm(join(folder, 'node_modules'), { recursive: true });
  const [again, first] = await Promise.all(
    ['again', 'three'].map((name) => readFile(join(folder, `${name}.safetensors`))),
  );
  expect(again!.equals(first!)).toBe(true);
  const written = (await filesIn(folder)).filter((name) => !/\.(yaml|mjs)$/.test(name));
  expect(written).toEqual([
    ...[
      'again.safetensors',
      'mean.safetensors',
      'more.safetensors',
      'of-blends.safetensors',
      'table.safetensors',
    ],
    ...['three.png', 'three.safetensors', 'toonhead-pixelart-pinkney8-1.safetensors'],
  ]);
});
