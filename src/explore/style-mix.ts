import { throwIfAborted, UsageError } from '../errors.js';
import type { Picture } from '../picture/picture.js';
import type { NoiseMode } from '../render/noise-modes.js';
import type { Renderer } from '../render/renderer.js';
import type { SeedOptions } from '../render/styles.js';

export interface StyleMixOptions extends SeedOptions {
  /** Seeds of the faces that are changed. */
  readonly rows: readonly number[];
  /** Seeds of the faces that the styles are taken from. */
  readonly columns: readonly number[];
  /** Which rows of ws are taken: 0 and 1 belong to 4 px, 2 and 3 to 8 px, and so on. */
  readonly styles: readonly number[];
  readonly noise?: NoiseMode;
  readonly signal?: AbortSignal;
  /** Called with the number of pictures that are done. */
  readonly onPicture?: (done: number) => void;
}

/** The pictures of a style mix. */
export interface StyleMix {
  /** The faces of the rows and of the columns as they are. */
  readonly ofRows: readonly Picture[];
  readonly ofColumns: readonly Picture[];
  /** By row, then column: the row's face with the chosen styles of the column's. */
  readonly mixed: readonly (readonly Picture[])[];
}

/**
 * Style mixing (StyleGAN section 3.1; `style_mixing.py` of stylegan2-ada-pytorch): the ws of a row's seed, of which
 * the chosen rows are replaced by those of a column's seed.
 * @throws UsageError `STYLES_OUT_OF_RANGE`, `STYLES_MISSING` for a PGGAN; AbortedError
 */
export async function styleMix(renderer: Renderer, options: StyleMixOptions): Promise<StyleMix> {
  const { rows, columns, noise = 'const', signal, onPicture } = options;
  checkStyles(renderer.space, options.styles);
  const known = new Map<number, Float32Array>();
  const stylesOf = async (seed: number) => {
    const styles = known.get(seed) ?? (await renderer.styles(seed, options));
    known.set(seed, styles);
    return styles;
  };
  const maps = renderer.noise(noise);
  let done = 0;
  const render = async (ws: Float32Array) => {
    throwIfAborted(signal);
    const picture = await renderer.picture(ws, maps);
    onPicture?.(++done);
    return picture;
  };
  const ofRows: Picture[] = [];
  for (const seed of rows) ofRows.push(await render(await stylesOf(seed)));
  const ofColumns: Picture[] = [];
  for (const seed of columns) ofColumns.push(await render(await stylesOf(seed)));
  const mixed: Picture[][] = [];
  for (const row of rows) {
    const line: Picture[] = [];
    for (const column of columns) {
      const ws = withStyles(await stylesOf(row), await stylesOf(column), options.styles, renderer.space.dim);
      line.push(await render(ws));
    }
    mixed.push(line);
  }
  return { ofRows, ofColumns, mixed };
}

/**
 * Checks which styles are mixed.
 * @throws UsageError as {@link styleMix}
 */
export function checkStyles(space: { name: 'w' | 'z'; rows: number }, styles: readonly number[]): void {
  if (space.name === 'z') {
    throw new UsageError(
      'STYLES_MISSING',
      '`styles`: expected a StyleGAN or StyleGAN2 generator, found a PGGAN, which has none',
    );
  }
  const wrong = styles.find((style) => style >= space.rows);
  if (wrong === undefined) return;
  throw new UsageError(
    'STYLES_OUT_OF_RANGE',
    `\`styles\`: expected 0..${space.rows - 1} for this generator, found ${wrong}`,
  );
}

function withStyles(
  ws: Float32Array,
  other: Float32Array,
  styles: readonly number[],
  dim: number,
): Float32Array {
  const mixed = ws.slice();
  for (const style of styles) mixed.set(other.subarray(style * dim, (style + 1) * dim), style * dim);
  return mixed;
}
