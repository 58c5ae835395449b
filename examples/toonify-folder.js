// Toonifies a folder of aligned pictures, shows how far it is, and says what became of each. It goes on where it was
// stopped: Ctrl-C, and start it again.
//
//   node examples/toonify-folder.js pictures toons
import { toonify } from 'stylegan-blend';

const [pictures = 'pictures', out = 'toons'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const pair = { base: 'toonhead', transfer: 'pixelart', swap: 8 };
const { document, failure } = await toonify([pictures], pair, {
  out,
  align: false,
  steps: 40,
  signal: stop.signal,
  onProgress: ({ stage, done, total }) => process.stderr.write(`\r${stage}: ${done}/${total} `),
});
process.stderr.write('\n');
for (const { input, status, psnr, error } of document.results) {
  console.log(input, status, psnr === undefined ? error?.message : `${psnr.toFixed(1)} dB`);
}
if (failure !== undefined) throw failure;
