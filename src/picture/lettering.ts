import sharp from 'sharp';
import {
  ASCENT_MARGIN,
  CAP_HEIGHT,
  DESCENT,
  GLYPHS,
  type Glyph,
  SPACING,
  STROKE,
  UNKNOWN,
} from './glyphs.js';
import { CHANNELS, type Picture } from './picture.js';

/** Height of a line of text in the units of the glyphs, brackets and descenders included. */
const LINE_UNITS = ASCENT_MARGIN + CAP_HEIGHT + DESCENT + STROKE / 2;

/** Pixels that a line of text covers from side to side, at `height` pixels from bracket top to descender. */
export function textWidth(text: string, height: number): number {
  return Math.ceil((unitsOf(glyphsOf(text)) * height) / LINE_UNITS);
}

/** `text`, cut short with an ellipsis where it is wider than `width` pixels. */
export function fitText(text: string, height: number, width: number): string {
  if (textWidth(text, height) <= width) return text;
  const characters = [...text.normalize('NFC')];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, height) > width) characters.pop();
  return characters.length === 0 ? '' : `${characters.join('').trimEnd()}…`;
}

/**
 * Draws one line of text onto `picture` (in place), its upper left corner at (x, y), `height` pixels high, in a grey
 * level 0..255. What lies outside the picture is cut off.
 */
export async function drawText(
  picture: Picture,
  text: string,
  at: { readonly x: number; readonly y: number; readonly height: number; readonly level: number },
): Promise<void> {
  const width = textWidth(text, at.height);
  if (width === 0 || text.trim() === '') return;
  const coverage = await rasterize(text, width, at.height);
  for (let row = 0; row < at.height; row++) {
    for (let column = 0; column < width; column++) {
      const share = coverage[row * width + column]! / 255;
      const [x, y] = [at.x + column, at.y + row];
      if (share === 0 || x < 0 || y < 0 || x >= picture.width || y >= picture.height) continue;
      const pixel = (y * picture.width + x) * CHANNELS;
      for (let i = pixel; i < pixel + CHANNELS; i++) {
        picture.data[i] = Math.round(picture.data[i]! * (1 - share) + at.level * share);
      }
    }
  }
}

/** How much of each pixel the strokes cover, 0..255: [height, width]. */
async function rasterize(text: string, width: number, height: number): Promise<Uint8Array> {
  const { svg } = svgText(text, { height, colour: '#fff' });
  const file = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`;
  const image = sharp(Buffer.from(file), { limitInputPixels: false }).extractChannel('alpha');
  return image.raw().toBuffer();
}

/**
 * One line of text as strokes of an SVG, for drawings that must not depend on the fonts of a machine.
 * @param at the upper corner of the text, or the middle of its upper edge, and its height
 */
export function svgText(
  text: string,
  at: {
    readonly x?: number;
    readonly y?: number;
    readonly height: number;
    readonly colour?: string;
    readonly anchor?: 'start' | 'middle' | 'end';
  },
): { svg: string; width: number } {
  const scale = at.height / LINE_UNITS;
  const glyphs = glyphsOf(text);
  const width = unitsOf(glyphs) * scale;
  const left = (at.x ?? 0) - { start: 0, middle: width / 2, end: width }[at.anchor ?? 'start'];
  let x = STROKE / 2;
  let paths = '';
  for (const [advance, path] of glyphs) {
    if (path !== '') paths += `<path transform="translate(${x.toFixed(2)} ${ASCENT_MARGIN})" d="${path}"/>`;
    x += advance + SPACING;
  }
  const place = `translate(${left.toFixed(2)} ${(at.y ?? 0).toFixed(2)}) scale(${scale})`;
  const svg =
    `<g transform="${place}" fill="none" stroke="${at.colour ?? '#000'}" stroke-width="${STROKE}" ` +
    `stroke-linecap="round" stroke-linejoin="round">${paths}</g>`;
  return { svg, width };
}

/** Accents are left away: a bare letter is easier to read than a frame. */
function glyphsOf(text: string): Glyph[] {
  const plain = text.replace(/\s+/g, ' ').normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
  return [...plain].map((character) => GLYPHS.get(character) ?? UNKNOWN);
}

function unitsOf(glyphs: readonly Glyph[]): number {
  if (glyphs.length === 0) return 0;
  return glyphs.reduce((sum, [width]) => sum + width + SPACING, STROKE - SPACING);
}
