import { UsageError } from '../errors.js';
import { drawText, fitText, textWidth } from './lettering.js';
import { CHANNELS, type Picture } from './picture.js';
import { enlarge, resample } from './resize.js';

export interface SheetOptions {
  /** Pictures from the top, each row from the left. Rows may have different lengths, pictures different sizes. */
  readonly rows: readonly (readonly Picture[])[];
  /** One beside each row. */
  readonly rowLabels?: readonly string[];
  /** One above each column. */
  readonly columnLabels?: readonly string[];
  /** Draws what stands between the label of a column and its pictures, `width` by `height` pixels. */
  readonly columnHeads?: readonly ColumnHead[];
  /** Tile side as a multiple of the largest picture's; chosen so that the sheet can be looked at if absent. */
  readonly scale?: number;
}

export type ColumnHead = (width: number, height: number) => Promise<Picture>;

/** What decides how large the tiles of a sheet can be. */
export interface SheetShape
  extends Pick<SheetOptions, 'rowLabels' | 'columnLabels' | 'columnHeads' | 'scale'> {
  readonly rows: number;
  readonly columns: number;
  /** The largest side of any of the pictures. */
  readonly pictureSide: number;
}

/** Smaller tiles show nothing of a face. */
const COMFORTABLE_TILE = 128;
const SMALLEST_TILE = 16;

/** Viewers and the formats of sheets cope with this side; a sheet of it takes 200 MB. */
const MAX_SIDE = 8192;

const BACKGROUND = 255;
const INK = 40;

/** Row labels longer than this many tiles are cut short. */
const MAX_LABEL_TILES = 2;

/** Height of a column's head as a part of the tile. */
const HEAD_SHARE = 0.3;

/**
 * A contact sheet: pictures in rows and columns on white, with labels. Small pictures are enlarged by a whole factor
 * without smoothing, so that tiles have some 128 pixels and each pixel can be seen; large ones are reduced where the
 * sheet would exceed 8192 pixels a side.
 * @throws UsageError `SHEET_EMPTY`, `SCALE_OUT_OF_RANGE`, or `SHEET_TOO_LARGE` for too many pictures.
 */
export async function contactSheet(options: SheetOptions): Promise<Picture> {
  const layout = planLayout(options);
  const { width, height, tile } = layout;
  const sheet: Picture = { width, height, data: new Uint8Array(width * height * CHANNELS).fill(BACKGROUND) };
  for (const [row, pictures] of options.rows.entries()) {
    for (const [column, picture] of pictures.entries()) {
      const sized = await fitTile(picture, tile, layout.pictureSide);
      paste(
        sheet,
        sized,
        layout.x(column) + centred(tile, sized.width),
        layout.y(row) + centred(tile, sized.height),
      );
    }
  }
  for (const [column, draw] of (options.columnHeads ?? []).entries()) {
    const { head, gap } = layout;
    paste(sheet, await draw(tile, head), layout.x(column), layout.y(0) - gap - head);
  }
  await drawLabels(sheet, options, layout);
  return sheet;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly tile: number;
  /** Side of the largest picture, which fills a tile. */
  readonly pictureSide: number;
  /** Height of a line of text. */
  readonly line: number;
  /** Height of the columns' heads; 0 without them. */
  readonly head: number;
  readonly gap: number;
  /** Space for row labels; 0 without them. */
  readonly labelWidth: number;
  /** Left edge of a column, top edge of a row. */
  readonly x: (column: number) => number;
  readonly y: (row: number) => number;
}

/**
 * The side of the tiles that {@link contactSheet} will take, so that pictures need not be kept larger than that.
 * @throws UsageError as {@link contactSheet}
 */
export function tileSide(shape: SheetShape): number {
  return planShape(shape).tile;
}

function planLayout(options: SheetOptions): Layout {
  const { rows } = options;
  const pictureSide = rows.flat().reduce((side, { width, height }) => Math.max(side, width, height), 1);
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return planShape({ ...options, rows: rows.length, columns, pictureSide });
}

function planShape(shape: SheetShape): Layout {
  const { rows, columns, pictureSide, scale } = shape;
  if (columns === 0) throw new UsageError('SHEET_EMPTY', 'sheet: expected at least one picture, found none');
  if (scale !== undefined && !(Number.isFinite(scale) && scale > 0)) {
    throw new UsageError('SCALE_OUT_OF_RANGE', `\`scale\`: expected a number above 0, found ${scale}`);
  }

  const asked = scale === undefined ? undefined : Math.max(1, Math.round(pictureSide * scale));
  const factor = Math.ceil(COMFORTABLE_TILE / pictureSide);
  for (const tile of asked === undefined ? tileSides(pictureSide, factor) : [asked]) {
    const layout = layoutOf(shape, tile);
    if (layout.width <= MAX_SIDE && layout.height <= MAX_SIDE) return layout;
  }
  throw new UsageError(
    'SHEET_TOO_LARGE',
    `sheet: expected at most ${MAX_SIDE} pixels a side, found ${rows} rows of ${columns} pictures`,
    { hint: 'make several sheets of fewer pictures, or use a smaller scale' },
  );
}

/** Tile sides to try, largest first: whole multiples of the picture, then ever smaller reductions. */
function* tileSides(pictureSide: number, factor: number): Generator<number> {
  for (let multiple = factor; multiple >= 1; multiple--) yield pictureSide * multiple;
  for (let side = pictureSide - 1; side >= SMALLEST_TILE; side--) yield side;
}

function layoutOf(shape: SheetShape, tile: number): Layout {
  const { rows, columns, pictureSide, rowLabels = [], columnLabels = [], columnHeads = [] } = shape;
  const line = Math.min(Math.max(Math.round(tile / 8) + 5, 12), 48);
  const gap = Math.max(2, Math.round(tile / 32));
  const margin = 2 * gap;
  const widest = Math.max(0, ...rowLabels.map((label) => textWidth(label, line)));
  const labelWidth = Math.min(widest, MAX_LABEL_TILES * Math.max(tile, COMFORTABLE_TILE));
  const left = margin + (labelWidth > 0 ? labelWidth + margin : 0);
  const head = columnHeads.length > 0 ? Math.round(tile * HEAD_SHARE) : 0;
  const labelled = columnLabels.some((label) => label !== '') ? line + gap : 0;
  const top = margin + labelled + (head > 0 ? head + gap : 0);
  return {
    width: left + columns * tile + (columns - 1) * gap + margin,
    height: top + rows * tile + (rows - 1) * gap + margin,
    tile,
    head,
    pictureSide,
    line,
    gap,
    labelWidth,
    x: (column) => left + column * (tile + gap),
    y: (row) => top + row * (tile + gap),
  };
}

async function drawLabels(sheet: Picture, options: SheetOptions, layout: Layout): Promise<void> {
  const { line, tile, gap, head, labelWidth } = layout;
  const above = gap + line + (head > 0 ? head + gap : 0);
  const style = { height: line, level: INK };
  for (const [column, label] of (options.columnLabels ?? []).entries()) {
    const text = fitText(label, line, tile);
    const x = layout.x(column) + centred(tile, textWidth(text, line));
    await drawText(sheet, text, { ...style, x, y: layout.y(0) - above });
  }
  for (const [row, label] of (options.rowLabels ?? []).entries()) {
    const text = fitText(label, line, labelWidth);
    // Set flush with the pictures, where the eye goes on.
    const x = layout.x(0) - 2 * gap - textWidth(text, line);
    await drawText(sheet, text, { ...style, x, y: layout.y(row) + centred(tile, line) });
  }
}

/** A picture at the size at which the largest picture fills its tile; smaller ones grow by their own whole factor. */
async function fitTile(picture: Picture, tile: number, pictureSide: number): Promise<Picture> {
  const side = Math.max(picture.width, picture.height);
  const factor = tile / side;
  if (factor >= 1 && (Number.isInteger(factor) || side < pictureSide))
    return enlarge(picture, Math.floor(factor));
  return resample(picture, factor);
}

function paste(sheet: Picture, picture: Picture, x: number, y: number): void {
  for (let row = 0; row < picture.height; row++) {
    const from = row * picture.width * CHANNELS;
    const line = picture.data.subarray(from, from + picture.width * CHANNELS);
    sheet.data.set(line, ((y + row) * sheet.width + x) * CHANNELS);
  }
}

function centred(space: number, length: number): number {
  return Math.max(0, Math.floor((space - length) / 2));
}
