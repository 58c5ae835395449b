import { createHash } from 'node:crypto';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { again } from '../../src/app/again.js';
import { FoundModels } from '../../src/app/blending/found-models.js';
import { replay } from '../../src/app/replay.js';
import { toonify } from '../../src/app/toonify.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { openEngine } from '../../src/engine/index.js';
import { parseRecipe } from '../../src/swap/recipe/parse-recorded.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

// What versions have written that had other forms of recipes, records and journals.

const blends = Object.entries(
  JSON.parse(await readFile(fixture('earlier/blends.json'), 'utf8')) as Record<
    string,
    { sha256: string; dtype: 'f32' | 'f16'; metadata: Record<string, string> }
  >,
);
const engine = await openEngine({ device: 'cpu', threads: 1 });

describe('blends of earlier versions', () => {
  test.each(blends)('%s: its recipe means the same bits, and it is replayed', async (name, blend) => {
    const folder = await temporaryFolder();
    const models = ['golden32.pkl', 'golden32-tuned.pkl', 'golden32-rosinality.pt'];
    for (const model of models) await cp(fixture(`golden/${model}`), join(folder, model));
    const path = join(folder, name);
    await using found = new FoundModels(path, {});
    const remade = await found.blendOf(parseRecipe(blend.metadata)!);
    const { recipe, ...rest } = blend.metadata;
    expect(Object.keys(rest).sort()).toEqual(['architecture', 'format', 'stylegan-blend.architecture']);
    await writeCheckpoint(path, remade, { metadata: { recipe: recipe! }, dtype: blend.dtype });
    const bytes = await readFile(path);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(blend.sha256);
    expect((await replay(path)).document).toMatchObject({ sameFile: true, different: [] });
  });
});

describe('toons of earlier versions', () => {
  /** A folder with two photos, the toon of the first, and the journal of a run that was killed at the second. */
  async function unfinished(): Promise<string> {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'photos'));
    for (const name of ['person-01.png', 'person-02.png']) {
      await cp(fixture(`pictures/${name}`), join(folder, 'photos', name));
    }
    await cp(fixture('earlier/toons'), join(folder, 'toons'), { recursive: true });
    return folder;
  }

  test('a toon is made again', async () => {
    const folder = await unfinished();
    const out = join(folder, 'again.png');
    const { document, failure } = await again(join(folder, 'toons/person-01-toon.png'), { engine, out });
    expect(failure).toBeUndefined();
    expect(document.levels).toBeLessThanOrEqual(1);
  });

  test('a folder is gone on with', async () => {
    const folder = await unfinished();
    const journal = join(folder, 'toons/toonify.jsonl');
    const before = await readFile(journal, 'utf8');
    const pair = {
      ...{ base: 'toonhead', transfer: 'pixelart', swap: 8, ramp: 0.5 },
      structure: 'base' as const,
    };
    const settings = { profile: 'reference' as const, steps: 4, seed: 7, loss: 'pixel', psi: 0.8 };
    const { document } = await toonify([join(folder, 'photos')], pair, {
      ...{ ...settings, engine, align: false, out: join(folder, 'toons') },
    });
    expect(document.results.map(({ status }) => status)).toEqual(['skipped', 'done']);
    expect((await readFile(journal, 'utf8')).startsWith(before)).toBe(true);

    // Not with other settings.
    const other = await toonify([join(folder, 'photos')], pair, {
      ...{ ...settings, seed: 8, engine, align: false, out: join(folder, 'toons') },
    });
    expect(other.failure).toMatchObject({ code: 'PICTURES_FAILED' });
    expect(other.document.results.map(({ error }) => error?.code)).toEqual([
      'OUTPUT_EXISTS',
      'OUTPUT_EXISTS',
    ]);
  });
});
