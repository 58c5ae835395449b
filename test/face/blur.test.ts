import { expect, test } from 'vitest';
import { gaussianBlur } from '../../src/face/blur.js';

/** An edge between 0 and 200 in the middle. */
function edge(width: number, height: number) {
  const values = new Float32Array(width * height).map((_, i) => (i % width < width / 2 ? 0 : 200));
  return { width, height, values };
}

/** The integral of the normal distribution (Abramowitz & Stegun 7.1.26, within 2e-7). */
function normalIntegral(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x / Math.SQRT2));
  const polynomial =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - polynomial * Math.exp(-(x ** 2) / 2);
  return 0.5 * (1 + Math.sign(x) * erf);
}

// On both sides of the deviation from which on a reduced picture is blurred.
test.each([3, 7.9, 8.1, 25])('an edge blurred by %d px is the integral of a Gaussian', (sigma) => {
  const width = 400;
  const { values } = gaussianBlur(edge(width, 9), sigma);
  for (let x = 60; x < 340; x++) {
    const expected = 200 * normalIntegral((x + 0.5 - width / 2) / sigma);
    expect(Math.abs(values[4 * width + x]! - expected)).toBeLessThan(0.7);
  }
});

test('beyond the border the picture goes on mirrored: nothing is lost, one colour stays', () => {
  const flat = { width: 23, height: 17, values: new Float32Array(23 * 17).fill(77) };
  for (const sigma of [3, 30]) {
    for (const value of gaussianBlur(flat, sigma).values) expect(value).toBeCloseTo(77, 3);
  }
  const dot = new Float32Array(20 * 20);
  dot[0] = 1000;
  const sum = gaussianBlur({ width: 20, height: 20, values: dot }, 2).values.reduce((a, b) => a + b);
  expect(sum).toBeCloseTo(1000, 1);
});
