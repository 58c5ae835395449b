import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { writeInPlace } from '../../src/checkpoint/in-place/write-in-place.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeRosinality } from '../../src/checkpoint/writers/rosinality-write.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { fixture } from '../support/golden.js';
import { mulberry32 } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const base = fixture('golden/golden32.pkl');
const other = fixture('golden/golden32-tuned.pkl');
const library = new URL('../../dist', import.meta.url);
const isBuilt = existsSync(new URL('checkpoint/in-place/write-in-place.js', library));

const OUTPUTS = ['x.safetensors', 'x.pt', 'x.pkl'];
const KILLS = 10;

/** Values of every tensor, to tell one checkpoint from another. */
async function contentOf(checkpoint: Checkpoint): Promise<string> {
  const parts: Buffer[] = [];
  for (const name of checkpoint.tensors.keys()) {
    const { buffer, byteOffset, byteLength } = await checkpoint.read(name);
    parts.push(Buffer.from(buffer, byteOffset, byteLength));
  }
  await checkpoint.close();
  return Buffer.concat(parts).toString('latin1');
}

test.skipIf(!isBuilt)(
  'a process that is killed at any moment leaves the old or the complete new file',
  async () => {
    const folder = await temporaryFolder();
    const first = await openCheckpoint(base);
    await writeCheckpoint(join(folder, 'x.safetensors'), first);
    await writeRosinality(join(folder, 'x.pt'), first);
    await writeInPlace(join(folder, 'x.pkl'), base, new Map([['G_ema', first]]));
    await first.close();
    const complete = [
      await contentOf(await openCheckpoint(base)),
      await contentOf(await openCheckpoint(other)),
    ];
    const random = mulberry32(5);
    const child = fileURLToPath(new URL('writing-child.mjs', import.meta.url));
    for (let i = 0; i < KILLS; i++) {
      const writer = fork(child, [library.href, folder, base, other, String(i)], { execArgv: [] });
      const exit = once(writer, 'exit');
      await once(writer, 'message');
      await sleep(random() * 120);
      writer.kill('SIGKILL');
      await exit;
      for (const name of OUTPUTS) {
        const content = await contentOf(await openCheckpoint(join(folder, name)));
        expect(complete.includes(content), `${name} after kill ${i}`).toBe(true);
      }
    }
  },
);

/** A file system of 150 kB, or why there is none. */
function smallDisk(folder: string): string | undefined {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=150k', 'tmpfs', disk], { stdio: 'ignore' });
    return disk;
  } catch {
    return undefined;
  }
}

test.skipIf(process.platform !== 'linux')('a full disk leaves the old file', async (context) => {
  const disk = smallDisk(await temporaryFolder());
  if (disk === undefined) return context.skip('mounting a small file system needs permission');
  const checkpoint = await openCheckpoint(base);
  try {
    const writers: Record<string, (path: string) => Promise<unknown>> = {
      'x.safetensors': (path) => writeCheckpoint(path, checkpoint, { force: true }),
      'x.pt': (path) => writeRosinality(path, checkpoint, { force: true }),
      'x.pkl': (path) => writeInPlace(path, base, new Map([['G_ema', checkpoint]]), { force: true }),
    };
    for (const [name, write] of Object.entries(writers)) {
      const path = join(disk, name);
      writeFileSync(path, 'old');
      await expect(write(path), name).rejects.toMatchObject({ code: 'OUTPUT_DISK_FULL' });
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(disk).filter((entry) => entry.endsWith('.tmp'))).toEqual([]);
    }
  } finally {
    await checkpoint.close();
    execFileSync('umount', [disk]);
  }
});
