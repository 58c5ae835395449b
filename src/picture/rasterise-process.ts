// A process that draws one SVG file: `rasterise-svg.ts` starts it, and ends it.
import sharp from 'sharp';
import type { Drawing, FromDrawing } from './rasterise-svg.js';

process.on('message', async ({ svg, maxPixels }: Drawing) => {
  try {
    const png = await sharp(svg, { limitInputPixels: maxPixels }).png({ compressionLevel: 1 }).toBuffer();
    say({ png });
  } catch (error) {
    say({ failure: (error as Error).message });
  }
});
process.on('disconnect', () => process.exit());
say('ready');

function say(message: FromDrawing): void {
  process.send!(message);
}
