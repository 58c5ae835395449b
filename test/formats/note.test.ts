import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CheckpointFile } from '../../src/checkpoint/checkpoint-file.js';
import { openCheckpointFile } from '../../src/checkpoint/checkpoint-file.js';
import { convertCheckpoint } from '../../src/checkpoint/convert/convert.js';
import { writeInPlace } from '../../src/checkpoint/in-place/write-in-place.js';
import { decodeNote, encodeNote } from '../../src/formats/note/note.js';
import { encodeTrailer, readTrailer } from '../../src/formats/note/trailer.js';
import { expectSameTensors } from '../checkpoint/same-tensors.js';
import { unzip, zipOf } from '../checkpoint/zip-of.js';
import { fixture } from '../support/golden.js';
import { memoryFile } from '../support/memory-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const golden = (name: string) => fixture(`golden/${name}`);
const METADATA = { recipe: '{"α": 1}', credits: 'somebody\n'.repeat(100) };

const containers = [
  golden('golden32.pkl'),
  golden('golden32-tf.pkl'),
  // With zip64 records at its end, as torch writes them.
  golden('golden32-rosinality.pt'),
  golden('golden32-rosinality-legacy.pt'),
  fileURLToPath(new URL('../checkpoint/tensorflow/protocol4.pkl', import.meta.url)),
];

async function withFile<T>(path: string, work: (file: CheckpointFile) => Promise<T>): Promise<T> {
  const file = await openCheckpointFile(path);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

const metadataOf = (path: string) => withFile(path, async (file) => (await file.content()).metadata);

test.each(containers)('%s carries a note, another one, and none', async (container) => {
  const out = join(await temporaryFolder(), 'out');
  await withFile(container, async (file) => {
    const networks = new Map([['G_ema', await file.checkpoint()]]);
    await writeInPlace(out, file, networks, { metadata: METADATA });
    expect(await metadataOf(out)).toEqual(METADATA);
    await withFile(out, async (written) =>
      expectSameTensors(await written.checkpoint(), networks.get('G_ema')!),
    );
    const again = (metadata?: Record<string, string>) =>
      writeInPlace(out, out, networks, { metadata, force: true });
    await again({ credits: 'nobody' });
    expect(await metadataOf(out)).toEqual({ credits: 'nobody' });
    await again();
    expect(readFileSync(out).equals(readFileSync(container))).toBe(true);
  });
});

test('converting takes metadata along', async () => {
  const folder = await temporaryFolder();
  const [native, torch, pickle, back] = ['a.safetensors', 'b.pt', 'c.pkl', 'd.safetensors'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  const input = golden('golden32.pkl');
  await convertCheckpoint(input, native, { format: 'safetensors', network: 'G_ema', metadata: METADATA });
  await convertCheckpoint(native, torch, { format: 'rosinality' });
  await convertCheckpoint(torch, pickle, { format: 'container', container: input });
  await convertCheckpoint(pickle, back, { format: 'safetensors', network: 'G_ema' });
  for (const path of [torch, pickle]) expect(await metadataOf(path)).toEqual(METADATA);
  expect(readFileSync(back).equals(readFileSync(native))).toBe(true);
  await convertCheckpoint(input, native, {
    format: 'container',
    container: back,
    network: 'G_ema',
    force: true,
  });
  expect(await metadataOf(native)).toEqual({
    ...(await metadataOf(back)),
    recipe: undefined,
    credits: undefined,
  });
});

test('pickles behind the first one stay where they are', async () => {
  const folder = await temporaryFolder();
  const [several, out] = [join(folder, 'several.pkl'), join(folder, 'out.pkl')];
  writeFileSync(several, readFileSync(golden('golden32.pkl')));
  appendFileSync(several, '\x80\x02K\x07.', 'latin1');
  await withFile(several, async (file) => {
    await writeInPlace(out, file, new Map([['G_ema', await file.checkpoint()]]), { metadata: METADATA });
  });
  const [before, after] = [readFileSync(several), readFileSync(out)];
  expect(after.subarray(0, before.length).equals(before)).toBe(true);
  expect(await metadataOf(out)).toEqual(METADATA);
});

test('what is no note is none', async () => {
  const keys = fc.dictionary(fc.string(), fc.string());
  await fc.assert(
    fc.asyncProperty(keys, fc.nat(), fc.nat(255), async (metadata, place, byte) => {
      const content = Buffer.from('a pickle.');
      const bytes = Buffer.concat([content, encodeTrailer(metadata)]);
      const found = await readTrailer(memoryFile(bytes), content.length);
      expect({ ...found?.metadata }).toEqual({ ...metadata });
      const at = content.length + (place % Math.max(1, bytes.length - content.length));
      if (at >= bytes.length || bytes[at] === byte) return;
      bytes[at] = byte;
      const damaged = await readTrailer(memoryFile(bytes), content.length);
      // The line feed in front of the JSON is the one byte that means nothing.
      if (at > content.length) expect(damaged).toBeUndefined();
    }),
  );
  for (const text of ['[]', 'null', '{"a":1}', '{"a":{}}', '{', '"x"', `${'['.repeat(1e5)}`, '\xff']) {
    expect(decodeNote(Buffer.from(text, 'latin1')), text.slice(0, 10)).toBeUndefined();
  }
  expect(encodeNote({})).toBeUndefined();
  const lying = Buffer.from('../checkpoint/.\n{}\n#stylegan-blend 9999999999 00000000\n');
  expect(await readTrailer(memoryFile(lying), 1)).toBeUndefined();
  // It would begin inside of what the file holds.
  const inside = Buffer.concat([Buffer.from('.'), encodeTrailer({ a: 'b' })]);
  expect(await readTrailer(memoryFile(inside), 3)).toBeUndefined();
});

test('a note in an archive that is damaged or huge is none', async () => {
  const folder = await temporaryFolder();
  const entries = unzip(readFileSync(golden('golden32-rosinality.pt')));
  const name = entries[0]![0].replace(/[^/]*$/, 'stylegan-blend.json');
  const bad = [Buffer.from('{"a": 1}'), Buffer.alloc(5 * 1024 * 1024, ' '), Buffer.from('[')];
  for (const [i, bytes] of bad.entries()) {
    const path = join(folder, `${i}.pt`);
    writeFileSync(path, zipOf([...entries, [name, bytes, 'deflated']]));
    expect(await metadataOf(path)).toEqual({});
    // It is replaced like any other.
    const out = join(folder, `${i}-out.pt`);
    await withFile(path, async (file) => {
      await writeInPlace(out, file, new Map([['G_ema', await file.checkpoint()]]), { metadata: METADATA });
    });
    expect(await metadataOf(out)).toEqual(METADATA);
    expect(unzip(readFileSync(out)).map(([name]) => name)).toEqual([...entries.map(([name]) => name), name]);
  }
});
