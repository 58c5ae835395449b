import { WRITTEN_DTYPES } from '../../formats/dtype.js';
import { choice, flag, type OptionSpec, option, required } from './option.js';
import { networkList, number, text, wholeNumber } from './parsers.js';

// What comes out.

export const force = flag('-f, --force', 'replace files that exist already', 'out');

/** `--out`, with what it means for the command. */
export function out(about: string): OptionSpec<'-o, --out <path>', string, false> {
  return option('-o, --out <path>', about, 'out', text);
}

/** `--out` that has to be given. */
export function outFile(about: string): OptionSpec<'-o, --out <path>', string, true> {
  return required(out(about));
}

export const outPicture = outFile('the picture to write (PNG, JPEG, WebP)');

/** The forms of numbers that files are written with. */
export const dtype = choice(
  '--dtype <type>',
  'how numbers are stored; f32 unless said otherwise',
  'out',
  WRITTEN_DTYPES,
);

export const container = option(
  '--container <file>',
  'take the form, and all that is not written anew, of this .pkl or .pt',
  'out',
  text,
);
export const lossy = flag('--lossy', 'write although something is lost', 'out', { rare: true });
export const dryRun = flag('--dry-run', 'print what would be done, and write nothing', 'out');

/** How a blend is written. */
export const blendOutput = [
  out(
    'where to write: .safetensors, or .pkl or .pt in the form of the base (default: BASE-TRANSFER-swapR.safetensors here)',
  ),
  container,
  option(
    '--networks <list>',
    'which networks to blend into a training snapshot, such as G_ema,G,D (default: G_ema)',
    'out',
    networkList,
    { rare: true },
  ),
  lossy,
  dtype,
  option('--preview <file>', 'also render faces through base, blend and transfer', 'out', text),
] as const;

export const progressFilm = option(
  '--progress-film <file>',
  'a film of the search (WebP, GIF or, with ffmpeg, MP4)',
  'out',
  text,
  { rare: true },
);

/** Of the commands that make films. @param usual how long they are */
export function film(usual: string) {
  return [
    outFile('the film to write (WebP, GIF or, with ffmpeg, MP4)'),
    option('--frames <n>', 'how many frames', 'film', wholeNumber({ min: 2, max: 1_000_000 })),
    option(
      '--seconds <s>',
      `how long instead (default: ${usual})`,
      'film',
      number({ min: 0.01, max: 86_400 }),
    ),
    option('--fps <n>', 'frames a second (default: 24)', 'film', number({ min: 0.01, max: 240 })),
    option('--scale <n>', 'enlarge pictures by this whole factor', 'film', wholeNumber({ min: 1, max: 64 })),
    force,
  ] as const;
}

export const oneWay = flag('--one-way', 'do not go back to where it began', 'film');
