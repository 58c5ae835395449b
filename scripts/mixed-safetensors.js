/** Writes small safetensors files whose tensors have different types, for the scripts that make fixtures. */
import { writeFileSync } from 'node:fs';

/**
 * @param path
 * @param tensors { NAME: { shape, values } } with a Float32Array or a Uint8Array of values each
 * @param metadata strings by name
 */
export function writeMixed(path, tensors, metadata = {}) {
  // 32-bit numbers first: so they all lie at multiples of four bytes.
  const entries = Object.entries(tensors).sort(
    ([a, x], [b, y]) => y.values.BYTES_PER_ELEMENT - x.values.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of entries) {
    const dtype = values instanceof Float32Array ? 'F32' : 'U8';
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bytes = entries.map(([, { values }]) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  writeFileSync(path, Buffer.concat([length, padded, ...bytes]));
}
