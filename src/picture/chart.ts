import sharp from 'sharp';
import { escapeMarkup } from '../text/markup.js';
import { plainBytes } from './bytes.js';
import { svgText } from './lettering.js';
import type { Picture } from './picture.js';

/** A drawing: SVG elements in a frame of pixels. Letters are strokes, so that it needs no fonts anywhere. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

/** One line, or the bars of one colour: a value for each place on the x axis. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  /** Which of the {@link COLOURS}; its place among the series unless given. */
  readonly colour?: number;
  readonly dashed?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  /** Places on the x axis, from the left. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
  /** Names of the axes. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** What the y axis covers at least; values outside widen it. */
  readonly range: readonly [low: number, high: number];
  /** How values are written at the y axis. */
  readonly format?: (value: number) => string;
}

/** Told apart also by those who see few colours (Okabe & Ito 2008). */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const;

const INK = '#282828';
const GRID = '#dcdcdc';
const LINE = 14;
const PLOT_HEIGHT = 260;
const MARGIN = 16;
const LEFT = 72;
const ROW = 22;
const DASHES = '5 3';

/** What a name in the legend has in front of it, and the width that a row of names may have in any case. */
const KEY_WIDTH = 26;
const MIN_LEGEND = 420;

/** Values as points that lines connect. */
export function lineChart(given: ChartOptions): Drawing {
  const options = coloured(given);
  const spacing = Math.max(48, widestPlace(options) + 12);
  const frame = frameOf(options, spacing * options.places.length);
  const lines = options.series.map(({ values, colour = 0, dashed }) => {
    const points = values.map((value, k) => `${number(frame.x(k))},${number(frame.y(value))}`);
    const dots = points.map((point) => {
      const [cx, cy] = point.split(',');
      return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colourOf(colour)}"/>`;
    });
    const dash = dashed === true ? ` stroke-dasharray="${DASHES}"` : '';
    const line = `<polyline points="${points.join(' ')}" fill="none" stroke="${colourOf(colour)}" stroke-width="2.5"${dash}/>`;
    return line + dots.join('');
  });
  return frame.drawing(lines.join(''));
}

/** Values as bars, those of one place side by side. */
export function barChart(given: ChartOptions): Drawing {
  const options = coloured(given);
  const { series } = options;
  const bar = Math.max(10, Math.round(36 / series.length));
  const frame = frameOf(
    options,
    Math.max(bar * series.length + 16, widestPlace(options) + 12) * options.places.length,
  );
  const bars = series.flatMap(({ values, colour = 0 }, i) =>
    values.map((value, k) => {
      const x = frame.x(k) + (i - series.length / 2) * bar;
      const [top, bottom] = [frame.y(Math.max(value, 0)), frame.y(Math.min(value, 0))];
      return `<rect x="${number(x + 1)}" y="${number(top)}" width="${bar - 2}" height="${number(bottom - top)}" fill="${colourOf(colour)}"/>`;
    }),
  );
  return frame.drawing(bars.join(''));
}

/** A drawing as an SVG file. */
export function toSvg({ width, height, body }: Drawing, title = ''): string {
  const named = title === '' ? '' : `<title>${escapeMarkup(title)}</title>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `${named}<rect width="${width}" height="${height}" fill="#fff"/>${body}</svg>\n`
  );
}

/** A drawing as pixels, `scale` times its size. */
export async function rasterize(drawing: Drawing, scale = 1): Promise<Picture> {
  const svg = toSvg(drawing);
  const { data, info } = await sharp(Buffer.from(svg), { density: 72 * scale, limitInputPixels: false })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: plainBytes(data) };
}

/** The colour of the series with this index. */
function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

interface Frame {
  x(place: number): number;
  y(value: number): number;
  drawing(marks: string): Drawing;
}

/** Axes, grid, labels and the names of the series around a plot of `plotWidth` pixels. */
function frameOf(options: ChartOptions, plotWidth: number): Frame {
  const { title, places, series, xLabel, yLabel, format = String } = options;
  const values = series.flatMap((one) => one.values);
  const ticks = ticksOf(Math.min(options.range[0], ...values), Math.max(options.range[1], ...values));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const legend = legendOf(series, MARGIN + LINE + 12, plotWidth);
  const top = MARGIN + 2 * LINE + 22 + (legend.rows - 1) * ROW;
  const bottom = top + PLOT_HEIGHT;
  const x = (place: number) => LEFT + ((place + 0.5) * plotWidth) / places.length;
  const y = (value: number) => bottom - ((value - low) / (high - low)) * PLOT_HEIGHT;
  const width = Math.ceil(
    Math.max(LEFT + plotWidth, legend.right, LEFT + svgText(title, { height: LINE + 3 }).width) + MARGIN,
  );
  const height = bottom + 3 * LINE + MARGIN;
  const grid = ticks.map((tick) => {
    const level = number(y(tick));
    const label = svgText(format(tick), {
      x: LEFT - 8,
      y: y(tick) - LINE / 2,
      height: LINE,
      colour: INK,
      anchor: 'end',
    });
    return `<path d="M${LEFT} ${level}H${LEFT + plotWidth}" stroke="${tick === 0 ? INK : GRID}"/>${label.svg}`;
  });
  const names = places.map(
    (place, k) => svgText(place, { x: x(k), y: bottom + 6, height: LINE, colour: INK, anchor: 'middle' }).svg,
  );
  const texts = [
    svgText(title, { x: LEFT, y: MARGIN - 6, height: LINE + 3, colour: INK }),
    svgText(xLabel, {
      x: LEFT + plotWidth / 2,
      y: bottom + LINE + 14,
      height: LINE,
      colour: INK,
      anchor: 'middle',
    }),
    svgText(yLabel, { x: LEFT - 8, y: top - LINE - 14, height: LINE, colour: INK, anchor: 'end' }),
  ];
  const around = grid.join('') + names.join('') + texts.map(({ svg }) => svg).join('') + legend.svg;
  return { x, y, drawing: (marks) => ({ width, height, body: around + marks }) };
}

/** The series' names behind lines of their colours, in as many rows as it takes. */
function legendOf(
  series: readonly Series[],
  y: number,
  plotWidth: number,
): { svg: string; right: number; rows: number } {
  let [x, row, right] = [LEFT, 0, LEFT];
  let svg = '';
  for (const { name, colour = 0, dashed } of series) {
    const width = KEY_WIDTH + svgText(name, { height: LINE }).width;
    if (x > LEFT && x + width > LEFT + Math.max(plotWidth, MIN_LEGEND)) [x, row] = [LEFT, row + 1];
    const top = y + row * ROW;
    const dash = dashed === true ? ` stroke-dasharray="${DASHES}"` : '';
    svg += `<path d="M${number(x)} ${top + 8}h18" stroke="${colourOf(colour)}" stroke-width="4"${dash}/>`;
    svg += svgText(name, { x: x + KEY_WIDTH, y: top, height: LINE, colour: INK }).svg;
    right = Math.max(right, x + width);
    x += width + 20;
  }
  return { svg, right, rows: row + 1 };
}

/** Each series with a colour. */
function coloured(options: ChartOptions): ChartOptions {
  return { ...options, series: options.series.map((one, i) => ({ ...one, colour: one.colour ?? i })) };
}

/** Round numbers from at most `low` to at least `high`, some five of them. */
function ticksOf(low: number, high: number): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((candidate) => span / candidate <= 5)!;
  const first = Math.floor(low / step + 1e-9);
  const count = Math.ceil(high / step - 1e-9) - first;
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function widestPlace({ places }: ChartOptions): number {
  return Math.max(0, ...places.map((place) => svgText(place, { height: LINE }).width));
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}
