import { OP } from './opcodes.js';

/** Writes pickles of protocol 2, of what a torch file needs. The writer is told opcodes in the order of the stack. */
export class PickleWriter {
  private readonly parts: Uint8Array[] = [Uint8Array.of(OP.PROTO, 2)];

  /** Opcodes without arguments. */
  op(...opcodes: number[]): this {
    this.parts.push(Uint8Array.from(opcodes));
    return this;
  }

  text(text: string): this {
    const bytes = Buffer.from(text, 'utf8');
    const header = Buffer.alloc(5);
    header[0] = OP.BINUNICODE;
    header.writeUInt32LE(bytes.length, 1);
    this.parts.push(header, bytes);
    return this;
  }

  /** A number from 0 to 2^53. */
  integer(value: number): this {
    if (value < 0x80000000) {
      const bytes = Buffer.alloc(5);
      bytes[0] = OP.BININT;
      bytes.writeInt32LE(value, 1);
      this.parts.push(bytes);
    } else {
      const bytes = Buffer.alloc(10);
      bytes[0] = OP.LONG1;
      bytes[1] = 8;
      bytes.writeBigInt64LE(BigInt(value), 2);
      this.parts.push(bytes);
    }
    return this;
  }

  integers(values: readonly number[]): this {
    this.op(OP.MARK);
    for (const value of values) this.integer(value);
    return this.op(OP.TUPLE);
  }

  global(module: string, name: string): this {
    this.parts.push(Buffer.from(`c${module}\n${name}\n`, 'latin1'));
    return this;
  }

  finish(): Uint8Array {
    return Buffer.concat([...this.parts, Uint8Array.of(OP.STOP)]);
  }
}
