import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError, throwIfAborted } from '../../errors.js';
import type { OutputSink } from '../../files/atomic-write.js';
import { outputError } from '../../files/output-errors.js';
import { forgetTemporary, registerTemporary } from '../../files/temporaries.js';
import type { FilmEncoder, FilmShape } from './film-encoder.js';

const FFMPEG = 'ffmpeg';
const ENCODER = 'libx264';

/** What the encoder says of a failure is repeated up to this length. */
const MAX_REASON = 200;

/**
 * H.264 in an MP4, made by the system's ffmpeg: pixels go in as they come, four bits of chroma for every four pixels,
 * as all players want it. ffmpeg goes back in its output to put the index in front, so it writes to a temporary
 * file, whose content then goes to `sink`.
 */
export async function mp4Film(sink: OutputSink, shape: FilmShape): Promise<FilmEncoder> {
  const temporary = await makeTemporary();
  const child = spawn(FFMPEG, [...argumentsOf(shape), temporary], { stdio: ['pipe', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.on('data', (text) => {
    messages = (messages + text).slice(-4 * MAX_REASON);
  });
  const ended = new Promise<number | Error>((resolve) => {
    child.on('error', resolve);
    child.on('close', (code) => resolve(code ?? -1));
  });
  // A process that has ended shows in its exit code; the broken pipe says nothing more.
  child.stdin.on('error', () => {});
  const failure = async () => {
    const code = await ended;
    throwIfAborted(shape.signal);
    return code instanceof Error ? missing('film') : failed(messages || `exit code ${code}`);
  };
  return {
    async add({ data }) {
      if (child.exitCode !== null || child.stdin.destroyed) throw await failure();
      if (child.stdin.write(data)) return;
      await Promise.race([once(child.stdin, 'drain'), ended]).catch(() => ended);
    },
    async finish() {
      child.stdin.end();
      if ((await ended) !== 0) throw await failure();
      for await (const bytes of createReadStream(temporary)) await sink.write(bytes);
    },
    async close() {
      await stop(child, ended);
      await unlink(temporary).catch(() => {});
      forgetTemporary(temporary);
    },
  };
}

/**
 * Makes sure that ffmpeg is there and can write H.264.
 * @throws EngineError `FFMPEG_MISSING`, `FFMPEG_UNFIT`
 */
export async function requireFfmpeg(path: string): Promise<void> {
  const encoders = await new Promise<string | undefined>((resolve) => {
    execFile(FFMPEG, ['-hide_banner', '-loglevel', 'error', '-encoders'], (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
  if (encoders === undefined) throw missing(path);
  if (encoders.includes(ENCODER)) return;
  throw new EngineError('FFMPEG_UNFIT', `${path}: the ffmpeg of this machine has no ${ENCODER} for H.264`, {
    hint: 'install a complete ffmpeg, or write a .webp or a .gif',
  });
}

function argumentsOf({ width, height, fps, metadata }: FilmShape): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-y'],
    ...['-f', 'rawvideo', '-pixel_format', 'rgb24', '-video_size', `${width}x${height}`],
    ...['-framerate', String(fps), '-i', 'pipe:0'],
    // Two pixels a side share their chroma. Without saying by which rule, players would guess it from the size.
    ...['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white,scale=out_color_matrix=bt709:out_range=tv'],
    ...['-c:v', ENCODER, '-preset', 'medium', '-crf', '17', '-pix_fmt', 'yuv420p'],
    ...[
      '-colorspace',
      'bt709',
      '-color_primaries',
      'bt709',
      '-color_trc',
      'iec61966-2-1',
      '-color_range',
      'tv',
    ],
    ...(metadata === undefined ? [] : ['-metadata', `comment=${JSON.stringify(metadata)}`]),
    ...['-movflags', '+faststart', '-f', 'mp4'],
  ];
}

async function makeTemporary(): Promise<string> {
  const path = join(tmpdir(), `stylegan-blend-${randomBytes(8).toString('hex')}.mp4`);
  registerTemporary(path);
  try {
    await (await open(path, 'wx', 0o600)).close();
    return path;
  } catch (error) {
    forgetTemporary(path);
    throw outputError(path, error);
  }
}

/** Ends the process where it still runs. */
async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

function missing(path: string): EngineError {
  return new EngineError('FFMPEG_MISSING', `${path}: an MP4 needs the program ffmpeg, which is not found`, {
    hint: 'install ffmpeg, or write a .webp or a .gif',
  });
}

function failed(messages: string): EngineError {
  const reason = messages.trim().split('\n').at(-1)!.slice(0, MAX_REASON);
  return new EngineError('FFMPEG_FAILED', `film: ffmpeg could not write it (${reason})`);
}
