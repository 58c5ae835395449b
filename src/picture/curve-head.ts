import { COLOURS, type Drawing, rasterize } from './chart.js';
import type { Picture } from './picture.js';
import type { ColumnHead } from './sheet.js';

/**
 * Draws curves above a column of a sheet: one step for each of `values`, from 0 at the lower line to 1 at the upper
 * one; values beyond widen that.
 * @param colours one for each curve, by number; of curves of one colour those before the last are paler
 */
export function curveHead(
  curves: readonly (readonly number[])[],
  colours: readonly number[] = curves.map(() => 0),
): ColumnHead {
  return async (width: number, height: number): Promise<Picture> =>
    rasterize(drawingOf(curves, colours, width, height));
}

function drawingOf(
  curves: readonly (readonly number[])[],
  colours: readonly number[],
  width: number,
  height: number,
): Drawing {
  const stroke = Math.max(1.5, height / 24);
  const inset = stroke;
  const all = curves.flat();
  const [low, high] = [Math.min(0, ...all), Math.max(1, ...all)];
  const y = (value: number) => height - inset - ((value - low) / (high - low)) * (height - 2 * inset);
  const rules = [0, 1].map((level) => `<path d="M0 ${y(level)}H${width}" stroke="#c8c8c8"/>`);
  const lines = curves.map((values, i) => {
    const step = width / values.length;
    const path = values.map(
      (value, k) => `${k === 0 ? 'M0' : ''} ${k === 0 ? y(value) : `V${y(value)}`}H${(k + 1) * step}`,
    );
    const colour = colours[i]!;
    const alike = colours.flatMap((other, k) => (other === colour ? [k] : []));
    const opacity = (alike.indexOf(i) + 1) / alike.length;
    return `<path d="${path.join('')}" fill="none" stroke="${COLOURS[colour % COLOURS.length]}" stroke-width="${stroke}" stroke-opacity="${opacity}"/>`;
  });
  return { width, height, body: rules.join('') + lines.join('') };
}
