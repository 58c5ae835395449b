// npm run check:browser: do exported generators give their pictures in a browser? Exports the golden generators,
// serves them with the browser build of ONNX Runtime to headless Chromium, and compares what the page computes with
// what the reference implementation made. Without Chromium (or CHROMIUM=/path/to/it) there is nothing to do.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint, openSafetensors } from 'stylegan-blend/checkpoint';
import { exportOnnx, RandomState } from 'stylegan-blend/graph';

const TOLERANCE = 1e-4;
const TIMEOUT_MS = 120_000;
const SEEDS = [0, 85];
const TYPES = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

const GENERATORS = JSON.parse(
  readFileSync(new URL('../test/export/golden-generators.json', import.meta.url), 'utf8'),
);

// What the page does: runs every model, sends the numbers back.
const PAGE = `<!doctype html><script type="module">
const send = (body) => fetch('/results', { method: 'POST', body: JSON.stringify(body) });
try {
  const ort = await import('/ort/ort.wasm.min.mjs');
  ort.env.wasm.wasmPaths = '/ort/';
  const results = [];
  for (const [i, feeds] of CASES.entries()) {
    const session = await ort.InferenceSession.create('/' + i + '.onnx');
    const tensors = Object.entries(feeds).map(([name, { values, dims }]) => [name, new ort.Tensor('float32', values, dims)]);
    results.push([...(await session.run(Object.fromEntries(tensors))).image.data]);
  }
  await send({ results, agent: navigator.userAgent + ', ONNX Runtime ' + ort.env.versions.web });
} catch (error) {
  await send({ error: String(error) });
}
</script>`;

const chromium = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'].find(
  (command) => command && spawnSync(command, ['--version']).status === 0,
);
if (chromium === undefined) {
  console.log('skipped: no Chromium here (Debian: apt install chromium)');
  process.exit(0);
}

const cases = await Promise.all(GENERATORS.map(prepare));
const { results, agent } = await inBrowser(cases);
let worst = 0;
for (const [i, { name, want }] of cases.entries()) {
  const image = Float32Array.from(results[i]);
  const difference = image.length === want.length ? largestDifference(image, want) : Number.NaN;
  console.log(`${name}: ${SEEDS.length} pictures, at most ${difference.toExponential(1)} from the reference`);
  worst = difference <= TOLERANCE ? Math.max(worst, difference) : Number.POSITIVE_INFINITY;
}
console.log(`${worst <= TOLERANCE ? 'ok' : 'failed'}: ${agent}`);
process.exitCode = worst <= TOLERANCE ? 0 : 1;

/** A generator as ONNX, what to feed it, and what should come out. */
async function prepare({ name, expected, key, psi, label }) {
  const checkpoint = await openCheckpoint(fixture(`${name}.pkl`));
  const [{ bytes }] = await exportOnnx(checkpoint);
  const { zDim, classes } = checkpoint.architecture;
  await checkpoint.close();
  const z = SEEDS.flatMap((seed) => [...new RandomState(seed).randn(zDim)]);
  const feeds = { z: { values: z, dims: [SEEDS.length, zDim] } };
  if (psi !== undefined) feeds.psi = { values: [psi], dims: [] };
  if (label !== undefined) {
    const row = Array.from({ length: classes }, (_, k) => Number(k === label));
    feeds.label = { values: SEEDS.flatMap(() => row), dims: [SEEDS.length, classes] };
  }
  const golden = await openSafetensors(fixture(`${expected}.safetensors`));
  const want = [];
  for (const seed of SEEDS) want.push(...(await golden.read(key.replace('#', seed))));
  await golden.close();
  return { name, bytes, feeds, want };
}

/** Runs every case in a page, which sends its results back. */
async function inBrowser(prepared) {
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path === '/results') {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        response.end();
        answer(JSON.parse(Buffer.concat(chunks).toString()));
      });
      return;
    }
    const content = contentOf(path, prepared);
    response.writeHead(content === undefined ? 404 : 200, {
      'content-type': TYPES[extname(path)] ?? 'text/html',
    });
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'stylegan-blend-chromium-'));
  const browser = spawn(
    chromium,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${server.address().port}/`,
    ],
    { stdio: 'ignore' },
  );
  const timeout = setTimeout(() => answer({ error: 'the page did not answer' }), TIMEOUT_MS);
  try {
    const page = await answered;
    if (page.error !== undefined) throw new Error(`in the browser: ${page.error}`);
    return page;
  } finally {
    clearTimeout(timeout);
    const closed = new Promise((resolve) => browser.once('close', resolve));
    browser.kill();
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function contentOf(path, prepared) {
  if (path === '/') return PAGE.replace('CASES', JSON.stringify(prepared.map(({ feeds }) => feeds)));
  const model = /^\/(\d+)\.onnx$/.exec(path);
  if (model !== null) return prepared[Number(model[1])]?.bytes;
  const file = /^\/ort\/([\w.-]+\.(?:mjs|wasm))$/.exec(path);
  if (file === null) return undefined;
  return readFileSync(new URL(`../node_modules/onnxruntime-web/dist/${file[1]}`, import.meta.url));
}

function fixture(name) {
  return fileURLToPath(new URL(`../fixtures/golden/${name}`, import.meta.url));
}

function largestDifference(a, b) {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
