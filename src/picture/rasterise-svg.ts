import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from '../files/package-root.js';
import { plainBytes } from './bytes.js';

/** What the process that draws is told. */
export interface Drawing {
  readonly svg: Uint8Array;
  readonly maxPixels: number;
}

/** What it says: that it is ready, the picture as PNG, or why there is none. */
export type FromDrawing = 'ready' | { readonly png: Uint8Array } | { readonly failure: string };

/** A drawing that takes longer is none: a few hundred bytes can ask for years. */
const MAX_SECONDS = 5;

const PROCESS = new URL('dist/picture/rasterise-process.js', PACKAGE_ROOT);

/**
 * Whether libvips would take bytes for an SVG file, by the same signs: 24 characters of plain text, then `<svg` among
 * the first 1000; or gzip, which nothing else that it reads begins with.
 */
export function isSvg(bytes: Uint8Array): boolean {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return true;
  const isText = bytes.subarray(0, 24).every((byte) => byte >= 9 && byte < 0x80);
  return isText && /<svg/i.test(Buffer.from(bytes.subarray(0, 1000)).toString('latin1'));
}

/**
 * Draws an SVG file in its own size, in a process of its own: nothing else ends a drawing that does not end.
 * @returns a PNG file
 * @throws Error with the decoder's words, or that it takes too long
 */
export async function rasteriseSvg(
  svg: Uint8Array,
  maxPixels: number,
  maxSeconds = MAX_SECONDS,
): Promise<Uint8Array> {
  const child = fork(fileURLToPath(PROCESS), { serialization: 'advanced', execArgv: [], stdio: 'ignore' });
  try {
    return await drawn(child, { svg, maxPixels }, maxSeconds);
  } finally {
    child.kill('SIGKILL');
  }
}

function drawn(child: ChildProcess, drawing: Drawing, maxSeconds: number): Promise<Uint8Array> {
  let clock: NodeJS.Timeout | undefined;
  return new Promise<Uint8Array>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(reason));
    child.on('error', reject);
    child.on('exit', () => fail('the process that draws it has ended'));
    child.on('message', (message: FromDrawing) => {
      if (message === 'ready') {
        child.send(drawing);
        // From here: the time that a busy machine takes to start a process does not count.
        clock = setTimeout(() => fail(`it takes more than ${maxSeconds} s to draw`), maxSeconds * 1000);
      } else if ('png' in message) resolve(plainBytes(Buffer.from(message.png)));
      else fail(message.failure);
    });
  }).finally(() => clearTimeout(clock));
}
