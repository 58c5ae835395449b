import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fixture, goldenTensors } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ONE_THREAD, run } from './cli.js';

const LPIPS = ['--trunk', 'squeeze-random-trunk.pth', '--lin', 'squeeze-random-lin.pth'].map((word) =>
  word.startsWith('--') ? word : fixture(`golden/lpips/${word}`),
);

/** Writes the reference's two pictures, rounded to 8 bits, and a smaller one. */
async function pictures(): Promise<string> {
  const folder = await temporaryFolder();
  const golden = await goldenTensors('lpips/squeeze-expected.safetensors');
  for (const name of ['image0', 'image1']) {
    const image = golden.get(name)!;
    const data = Uint8Array.from({ length: image.length }, (_, i) => {
      const level = (image[(i % 3) * 64 * 64 + Math.floor(i / 3)]! + 1) * 127.5;
      return Math.round(Math.min(Math.max(level, 0), 255));
    });
    await sharp(data, { raw: { width: 64, height: 64, channels: 3 } }).toFile(join(folder, `${name}.png`));
  }
  await sharp(join(folder, 'image1.png')).resize(40, 30, { fit: 'fill' }).toFile(join(folder, 'small.png'));
  return folder;
}

test('compare tells the distances, with weights from files and without', async () => {
  const folder = await pictures();
  const compare = (...args: string[]) =>
    run('blend', ['compare', 'image0.png', ...args, ...ONE_THREAD], folder);
  const lpips = await compare('image1.png', '--metric', 'lpips-squeeze', ...LPIPS, '--json');
  expect(lpips.code).toBe(0);
  const { metrics, psnr } = JSON.parse(lpips.stdout);
  const [expected] = (await goldenTensors('lpips/squeeze-expected.safetensors')).get('distance')!;
  expect(metrics).toEqual([{ metric: 'lpips-squeeze', distance: expect.any(Number) }]);
  expect(Math.abs(metrics[0].distance / expected! - 1)).toBeLessThan(1e-3);
  expect(psnr).toBeGreaterThan(15);

  const plain = await compare('image1.png');
  expect(plain.stdout).toMatch(/^pyramid +0\.\d{7,}\npixel +0\.\d{7}\nPSNR +15\.\d\d dB\n$/);
  expect(plain.stderr).toContain('blend models pull lpips-vgg');

  const refused = await compare('small.png');
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/small\.png: expected 64 x 64 px .* found 40 x 30 px\nhint: --resize/);
  expect((await compare('small.png', '--resize', '--metric', 'pixel')).stdout).toMatch(/^pixel +0\.\d+\n$/);
});

test.each([
  [['--metric', 'ssim'], 2, /--metric: expected lpips-vgg, .* found "ssim"/],
  [['--trunk', 'x.pth'], 2, /--lin: expected, but not given/],
  [LPIPS, 2, /expected one LPIPS as --metric/],
  [
    ['--metric', 'lpips-alex'],
    3,
    /lpips-alex: its weights are not on this machine.*\nhint: blend models pull/,
  ],
  [['--metric', 'lpips-vgg', ...LPIPS], 3, /hint: these are the linear weights of lpips-squeeze/],
] as const)('compare refuses %j', async (options, code, message) => {
  const picture = fixture('pictures/person-01.png');
  const { stderr, ...outcome } = await run('blend', ['compare', picture, picture, ...options], process.cwd());
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(stderr).toMatch(message);
});
