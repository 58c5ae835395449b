/**
 * A plain view of a Buffer's bytes. Buffers are not what the types promise: their `slice`, for one, shares memory.
 */
export function plainBytes(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
