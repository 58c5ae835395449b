import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { interrupted, ONE_THREAD, run } from './cli.js';

const MODEL = fixture('golden/golden32.pkl');
const OTHER = fixture('pictures/person-05.png');
const QUICK = ['--steps', '25', '--own', '3', ...ONE_THREAD];

test('attribute tells a picture of the generator from another one, and how its own ones lie', async () => {
  const folder = await temporaryFolder();
  await run('blend', ['render', MODEL, '--seeds', '7', '--out', 'own.png', ...ONE_THREAD], folder);
  const attribute = ['attribute', MODEL, 'own.png', OTHER, ...QUICK, '--json'];
  const { code, stdout, stderr } = await run('blend', attribute, folder);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ model: MODEL, loss: 'pyramid' });
  expect(document.own).toHaveLength(3);
  expect(document.own).toEqual([...document.own].sort((a, b) => a - b));
  const [own, other] = document.pictures;
  expect(own).toMatchObject({ picture: 'own.png', verdict: 'made' });
  expect(other).toMatchObject({ picture: OTHER, share: 0, verdict: 'not made' });
  expect(other.score).toBeGreaterThan(own.score);
  expect(stderr).toMatch(/person-05\.png: 64 x 64 px, scaled to 32 px/);

  const quicker = ['attribute', MODEL, 'own.png', '--steps', '5', '--own', '2', ...ONE_THREAD];
  const lines = (await run('blend', quicker, folder)).stdout.split('\n');
  expect(lines[0]).toMatch(
    /^own\.png: .* what golden32 makes itself.*\(distance .*, score .* own pictures are as far\)$/,
  );
  expect(lines[1]).toMatch(/^its own 2 pictures: distances \S+ to \S+$/);
});

test('attribute refuses what is no picture before it computes, and ends with Ctrl-C', async () => {
  const folder = await temporaryFolder();
  const refused = await run('blend', ['attribute', MODEL, MODEL, ...QUICK], folder);
  expect([refused.code, refused.stdout]).toEqual([3, '']);
  expect(refused.stderr).toContain('cannot be read as a picture');
  const stopped = await interrupted(
    'blend',
    ['attribute', MODEL, OTHER, '--steps', '400', '--own', '2', ...ONE_THREAD],
    folder,
    /\/1000/,
  );
  expect(stopped.code).toBe(130);
});
