// Puts the two programs into a few minified files, dist/bin/*.cjs: reading a hundred small modules, one by one, takes
// Node longer than blending does anything. The library (dist/index.js) stays as the compiler wrote it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

/**
 * The parser of the command line is needed at every start, and those of recipes are a hundred modules each; all other
 * packages are loaded where they lie.
 */
const BUNDLED = ['commander', 'yaml', 'zod'];

const isExternal = (id) =>
  !id.startsWith('.') &&
  !id.startsWith('/') &&
  !/^[a-z]:\\/i.test(id) &&
  !BUNDLED.some((name) => id === name || id.startsWith(`${name}/`));

/** A file that is looked up beside its module would be looked up beside the bundle. */
const placeFree = {
  name: 'place-free',
  transform(code, id) {
    if (!/new URL\([^)]*import\.meta\.url/.test(code) || id.endsWith('package-root.js')) return;
    this.error(`${id}: expected paths from PACKAGE_ROOT, found one from import.meta.url`);
  },
};

/**
 * commander loads `child_process` at once, which takes 3 ms; it only needs it for commands that are programs of their
 * own, of which there are none here.
 */
const lateSpawn = {
  name: 'late-spawn',
  transform(code, id) {
    if (!/commander.lib.command\.js$/.test(id)) return;
    const load = "const childProcess = require('node:child_process');";
    if (!code.includes(load)) this.error(`${id}: expected ${load}`);
    return code.replace(
      load,
      "const childProcess = { spawn: (...given) => require('node:child_process').spawn(...given) };",
    );
  },
};

/**
 * What the programs keep for later belongs to their code. A bundle cannot change: its stamp is a hash of all of it.
 */
const codeStamp = {
  name: 'code-stamp',
  load(id) {
    if (!id.endsWith('files/code-stamp.js')) return;
    return `export const codeStamp = () => ${JSON.stringify(hashOfCode())};`;
  },
};

function hashOfCode() {
  const hash = createHash('sha256');
  for (const name of readdirSync(path(''), { recursive: true }).sort()) {
    if (name.endsWith('.js')) hash.update(`${name}\n`).update(readFileSync(path(name)));
  }
  return hash.digest('hex').slice(0, 32);
}

rmSync(path('bin'), { recursive: true, force: true });
const bundle = await rolldown({
  input: { blend: path('cli/blend.js'), toonify: path('cli/toonify.js') },
  platform: 'node',
  external: isExternal,
  plugins: [placeFree, lateSpawn, codeStamp],
});
await bundle.write({
  dir: path('bin'),
  format: 'cjs',
  minify: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  // What a program always needs is one file; commands are in others.
  codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
});
await bundle.close();
