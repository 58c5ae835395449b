/** Buffers that wait to be used again; more than a blend of a few models has in use at a time. */
const MAX_FREE = 12;

/**
 * Memory that is used again and again. Fresh memory costs more than reading a file into it: the system clears each
 * page when it is touched first. Who takes a buffer gives it back when nothing looks at it any more; a buffer that is
 * not given back is an ordinary one.
 */
export class Buffers {
  private readonly taken = new WeakSet<ArrayBuffer>();
  private free: ArrayBuffer[] = [];

  /** So many bytes of any content, aligned for any typed array. */
  take(length: number): Uint8Array<ArrayBuffer> {
    let best = -1;
    for (const [i, { byteLength }] of this.free.entries()) {
      if (byteLength >= length && !(byteLength >= (this.free[best]?.byteLength ?? Number.POSITIVE_INFINITY)))
        best = i;
    }
    const [found] = best < 0 ? [] : this.free.splice(best, 1);
    const buffer = found ?? freshBuffer(length);
    this.taken.add(buffer);
    return new Uint8Array(buffer, 0, length);
  }

  /** Floats of any content. */
  takeFloats(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.take(4 * length).buffer, 0, length);
  }

  /** Makes a buffer free to be taken again. What is not from here, or was given back already, is left alone. */
  give({ buffer }: ArrayBufferView): void {
    if (!(buffer instanceof ArrayBuffer) || !this.taken.delete(buffer)) return;
    this.free.push(buffer);
    if (this.free.length <= MAX_FREE) return;
    this.free.sort((a, b) => b.byteLength - a.byteLength);
    this.free.pop();
  }
}

/** Not from Node's shared pool, so that byte 0 is aligned; not cleared, because all of it is overwritten. */
export function freshBuffer(length: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer;
}
