import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { createProjector, type ProjectionOptions } from '../../src/project/projector.js';
import { keepState } from '../../src/project/search-state.js';
import { fixture, goldenTensors } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const target = (await goldenTensors('golden-projection.safetensors')).get('target')!;
const engine = await openEngine({ device: 'cpu', threads: 1 });
const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
const projector = await createProjector(checkpoint, engine);

afterAll(async () => {
  await projector.dispose();
  await checkpoint.close();
});

/** A run that is stopped before step `at`, with what it keeps in `path`. */
async function stopped(path: string, at: number, options: ProjectionOptions): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const kept = await keepState(path, { binding: 'a', signal });
  const run = projector.project(target, {
    ...options,
    resume: kept.resume,
    onState: kept.onState,
    signal,
    onStep: ({ step, steps }) => {
      if (step - (steps - options.steps!) === at - 1) controller.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
}

test.for(['reference', 'fast'] as const)(
  '%s: stopped twice, it ends where it would have',
  async (profile) => {
    const options = { profile, steps: 12, seed: 5 };
    const whole = await projector.project(target, options);
    const path = join(await temporaryFolder(), 'x.search');
    await stopped(path, 3, options);
    await stopped(path, 9, options);
    const kept = await keepState(path, { binding: 'a' });
    expect(kept.resume?.step).toBe(9);
    const tried: number[] = [];
    const resumed = await projector.project(target, {
      ...options,
      resume: kept.resume,
      onStep: ({ step }) => void tried.push(step),
    });
    expect(tried.length).toBe(3);
    expect(resumed).toEqual(whole);
    await kept.remove();
    expect(existsSync(path)).toBe(false);
  },
);

test('a state of another search, or a damaged one, is none', async () => {
  const path = join(await temporaryFolder(), 'x.search');
  await stopped(path, 2, { profile: 'reference', steps: 4 });
  expect((await keepState(path, { binding: 'b' })).resume).toBeUndefined();
  const { resume } = await keepState(path, { binding: 'a' });
  expect(resume).toBeDefined();
  const values = { ...resume!.values, w: new Float32Array(3) };
  await expect(projector.project(target, { resume: { ...resume!, values } })).rejects.toMatchObject({
    code: 'STATE_DIFFERS',
  });
  const bytes = await readFile(path);
  for (const length of [0, 20, bytes.length - 1]) {
    await writeFile(path, bytes.subarray(0, length));
    expect((await keepState(path, { binding: 'a' })).resume).toBeUndefined();
  }
});
