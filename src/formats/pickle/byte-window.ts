import { InputFileError } from '../../errors.js';
import type { RandomAccessFile } from '../../files/random-access.js';

/** Bytes that are read at a time. Pickles of networks jump over tensors, so more would mostly be read in vain. */
const WINDOW_BYTES = 64 * 1024;

/** Behind a tensor that was jumped over there are some opcodes and then the next one. */
const BYTES_AFTER_JUMP = 4 * 1024;

/**
 * Reads forward through a part of a file. `ensure` brings bytes into memory; the other methods use what is there,
 * so that the machine that runs through millions of small opcodes waits for the disk only now and then.
 * Positions in messages and ranges are those in the file.
 */
export class ByteWindow {
  readonly file: RandomAccessFile;
  private readonly end: number;
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  /** Position of `bytes[0]` in the file. */
  private start: number;
  /** Index in `bytes` of the next byte. */
  private at = 0;

  private readonly windowBytes: number;

  constructor(file: RandomAccessFile, offset = 0, length = file.size - offset, windowBytes = WINDOW_BYTES) {
    this.file = file;
    this.windowBytes = windowBytes;
    this.start = offset;
    this.end = Math.min(offset + length, file.size);
  }

  /** Position in the file of the next byte. */
  get position(): number {
    return this.start + this.at;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Whether the next `count` bytes are in memory. */
  has(count: number): boolean {
    return this.at + count <= this.bytes.length;
  }

  /**
   * Brings the next `count` bytes into memory.
   * @throws InputFileError `PICKLE_TRUNCATED` where there are fewer; nothing is allocated then.
   */
  async ensure(count: number): Promise<void> {
    if (this.has(count)) return;
    this.requireRemaining(count);
    await this.fill(count);
  }

  /** Brings up to `count` bytes into memory, fewer at the end, and returns how many there are. */
  async ensureUpTo(count: number): Promise<number> {
    if (!this.has(count)) await this.fill(Math.min(count, this.remaining));
    return Math.min(count, this.bytes.length - this.at);
  }

  /** @throws InputFileError `PICKLE_TRUNCATED` where fewer than `count` bytes are left */
  requireRemaining(count: number): void {
    if (count <= this.remaining) return;
    throw new InputFileError(
      'PICKLE_TRUNCATED',
      `${this.file.path}: at byte ${this.position}: expected ${count} more bytes, found ${this.remaining}`,
      { hint: 'the file is incomplete or damaged; copy or download it again' },
    );
  }

  /** Passes over `count` bytes, which need not be in memory. */
  skip(count: number): void {
    this.requireRemaining(count);
    this.at += count;
  }

  u8(): number {
    this.at += 1;
    return this.view.getUint8(this.at - 1);
  }

  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  i32(): number {
    this.at += 4;
    return this.view.getInt32(this.at - 4, true);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  /** Beyond 2^53 the number is inexact, but such a length is refused anyway. */
  u64(): number {
    this.at += 8;
    return Number(this.view.getBigUint64(this.at - 8, true));
  }

  /** Big-endian, as the only number in a pickle. */
  f64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, false);
  }

  /** The next `count` bytes; a view that the next `ensure` may invalidate. */
  take(count: number): Uint8Array<ArrayBuffer> {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** Distance from the next byte to the first `byte` among the next `count`, -1 where there is none. */
  find(byte: number, count: number): number {
    const index = this.bytes.indexOf(byte, this.at);
    return index < 0 || index - this.at >= count ? -1 : index - this.at;
  }

  private async fill(count: number): Promise<void> {
    const position = this.position;
    const hasJumped = this.at > this.bytes.length;
    const window = hasJumped ? Math.min(BYTES_AFTER_JUMP, this.windowBytes) : this.windowBytes;
    const length = Math.min(Math.max(count, window), this.end - position);
    this.bytes = await this.file.read(position, length);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, length);
    this.start = position;
    this.at = 0;
  }
}
