// npm run demo: the whole of it in a minute. Blends two bundled generators, shows every swap side by side, turns a
// few pictures into their counterparts, and says what one sees. Everything goes to demo-out/; a second run
// replaces what the first one wrote.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PEOPLE = ['person-01', 'person-05', 'person-07', 'person-12'];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync('demo-out', { recursive: true });

const pictures = PEOPLE.map((name) => join('fixtures', 'pictures', `${name}.png`));
const blendFile = join('demo-out', 'toonhead-pixelart-swap8.safetensors');
const previewFile = join('demo-out', 'preview.png');
const sweepFile = join('demo-out', 'sweep.png');
const pixelartFolder = join('demo-out', 'toons-pixelart');
const dylanFolder = join('demo-out', 'toons-dylan');
const started = performance.now();

run('1. Blending two generators: heads of "pixelart", surfaces of "toonhead"', 'blend', [
  ...['--base', 'toonhead', '--transfer', 'pixelart', '--swap', '8'],
  ...['--out', blendFile, '--preview', previewFile, '--force'],
]);
run('2. Rendering the same six faces at every swap', 'blend', [
  ...['sweep', '--base', 'toonhead', '--transfer', 'pixelart', '--out', sweepFile, '--force'],
]);
run('3. Finding four pictures in "toonhead" and rendering them through the blend', 'toonify', [
  ...pictures,
  ...['--blend', blendFile, '--base', 'toonhead', '--out', pixelartFolder, '--side-by-side', '--force'],
]);
run('4. Two of them with another generator, "dylan"', 'toonify', [
  ...pictures.slice(0, 2),
  ...['--base', 'toonhead', '--transfer', 'dylan', '--swap', '8'],
  ...['--out', dylanFolder, '--side-by-side', '--force'],
]);

const seconds = Math.round((performance.now() - started) / 1000);
console.log(`
Done in ${seconds} seconds. Open these:

  ${previewFile}
      Six people. Top: the cartoon heads of "toonhead". Bottom: the same people as "pixelart" draws them. Between:
      the blend. The heads have become square and the necks short, as in pixelart; eyes, hair and shading are
      still those of toonhead.

  ${sweepFile}
      One person a row; from left to right ever more is taken from pixelart. Swap 4 hardly shows. At 8 the heads
      become square. At 16 the shirts come, and the faces blur: neither generator is at home there. At 32 and 64
      pixelart's white eyes and red mouths take over.

  ${pixelartFolder}
      Four drawings that neither generator has ever seen. Left: the drawing. Middle: the nearest face that toonhead
      can make. Right: that face through the blend.

  ${dylanFolder}
      Two of them through a blend with "dylan", whose heads are small and round; they keep the eyes of toonhead.

  ${blendFile}
      The blended generator itself. Make your own pictures with it:
      node bin/blend.js render ${blendFile} --seeds 0-7 --out faces.png

Now try it with a picture of your own: node bin/toonify.js PICTURE
`);

/** Runs one of the two programs; its messages go where ours go. */
function run(title, program, args) {
  console.log(`\n${title}\n  ${program} ${args.join(' ')}`);
  const { status, signal } = spawnSync(process.execPath, [join('bin', `${program}.js`), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) return;
  console.error(`\nThe demo stops here: ${program} ended with ${signal ?? `exit code ${status}`}.`);
  process.exit(status ?? 1);
}
