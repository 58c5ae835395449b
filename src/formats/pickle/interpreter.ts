import { InputFileError } from '../../errors.js';
import type { ByteWindow } from './byte-window.js';
import { PickleMachine } from './machine.js';
import { ARGUMENT_BYTES, OP } from './opcodes.js';
import { SIMPLE_STEPS } from './simple-steps.js';
import {
  parseFloatLine,
  parseInteger,
  parseQuoted,
  parseRawUnicode,
  parseTwosComplement,
} from './text-arguments.js';
import {
  ByteRange,
  type PersistentId,
  type PickleGlobal,
  PickleObject,
  type PickleValue,
  TextRange,
} from './values.js';

/**
 * Opcodes in one pickle. A training snapshot of a 1024 px generator has some 60,000. It bounds stack and memo too.
 */
const MAX_OPCODES = 1_000_000;

/** Longer strings stay in the file: names of attributes are short, source text is not. */
const MAX_INLINE_TEXT = 1024;

/** Characters of all strings that are kept. */
const MAX_TOTAL_TEXT = 16 * 1024 * 1024;

/** Python writes longs of 8 bytes and more here; no network has any beyond a seed. */
const MAX_LONG_BYTES = 1024;

/** Longest line of the text opcodes. */
const MAX_LINE = 64 * 1024;

/** Opcode and the longest fixed argument. */
const LONGEST_STEP = 9;

const argumentBytes = new Uint8Array(256);
for (const [opcode, count] of ARGUMENT_BYTES) argumentBytes[opcode] = count;

export interface ReadPickleOptions {
  readonly maxOpcodes?: number;
  /** Receives every class and function that the pickle names, with how often. */
  readonly globals?: Map<string, number>;
  /** Receives every persistent id in the order of the pickle. */
  readonly persistentIds?: PersistentId[];
}

/**
 * Runs the pickle that starts at the window's position, protocols 0 to 5, and leaves the window behind its end.
 * Nothing is imported or called: see `values.ts` for what comes out.
 *
 * @throws InputFileError `PICKLE_TRUNCATED`, `PICKLE_DAMAGED`, `PICKLE_TOO_COMPLEX`, `PICKLE_UNSUPPORTED`
 */
export async function readPickle(window: ByteWindow, options: ReadPickleOptions = {}): Promise<PickleValue> {
  const { maxOpcodes = MAX_OPCODES } = options;
  const reader = new PickleReader(window, options);
  for (let step = 0; step < maxOpcodes; step++) {
    if (!window.has(LONGEST_STEP)) await window.ensureUpTo(LONGEST_STEP);
    if (!window.has(1)) window.requireRemaining(1);
    reader.machine.position = window.position;
    const opcode = window.u8();
    if (!window.has(argumentBytes[opcode]!)) window.requireRemaining(argumentBytes[opcode]!);
    if (opcode === OP.STOP) return reader.machine.pop();
    // Only opcodes with data of variable length may have to wait for the disk.
    const pending = reader.step(opcode);
    if (pending !== undefined) await pending;
  }
  throw reader.tooComplex(`more than ${maxOpcodes} opcodes`);
}

class PickleReader {
  readonly machine: PickleMachine;
  private readonly window: ByteWindow;
  private textLength = 0;

  constructor(window: ByteWindow, found: ReadPickleOptions) {
    this.window = window;
    this.machine = new PickleMachine(window.file.path, found);
  }

  tooComplex(what: string): InputFileError {
    const { file } = this.window;
    return new InputFileError(
      'PICKLE_TOO_COMPLEX',
      `${file.path}: at byte ${this.machine.position}: ${what}`,
      {
        hint: 'no network needs this; the file is damaged, or made to do harm',
      },
    );
  }

  /** Carries out one opcode, whose fixed argument is in memory. A promise where more has to be read. */
  step(opcode: number): Promise<void> | undefined {
    const { machine, window } = this;
    const simple = SIMPLE_STEPS.get(opcode);
    if (simple !== undefined) {
      simple(machine, window);
      return undefined;
    }
    switch (opcode) {
      case OP.SHORT_BINUNICODE:
        return this.unicode(window.u8());
      case OP.BINUNICODE:
        return this.unicode(window.u32());
      case OP.BINUNICODE8:
        return this.unicode(window.u64());
      case OP.SHORT_BINSTRING:
        return this.byteString(window.u8());
      case OP.BINSTRING:
        return this.byteString(window.i32());
      case OP.SHORT_BINBYTES:
        return this.bytes(window.u8());
      case OP.BINBYTES:
        return this.bytes(window.u32());
      case OP.BINBYTES8:
      case OP.BYTEARRAY8:
        return this.bytes(window.u64());
      case OP.LONG1:
        return this.long(window.u8());
      case OP.LONG4:
        return this.long(window.i32());
      case OP.PROTO:
        return this.protocol(window.u8());
      case OP.NEXT_BUFFER:
      case OP.READONLY_BUFFER:
        throw this.unsupported('data outside of the file (out-of-band buffers)');
      default:
        return this.textStep(opcode);
    }
  }

  /** Opcodes whose argument is one line or two. */
  private async textStep(opcode: number): Promise<void> {
    const { machine } = this;
    switch (opcode) {
      case OP.INT: {
        const line = await this.line();
        // Protocol 1 writes booleans so.
        if (line === '00' || line === '01') machine.push(line === '01');
        else machine.push(this.meaning(parseInteger(line), 'an integer'));
        break;
      }
      case OP.LONG:
        machine.push(this.meaning(parseInteger(await this.line()), 'an integer'));
        break;
      case OP.FLOAT:
        machine.push(this.meaning(parseFloatLine(await this.line()), 'a number'));
        break;
      case OP.STRING:
        machine.push(this.kept(this.meaning(parseQuoted(await this.line()), 'a quoted string')));
        break;
      case OP.UNICODE:
        machine.push(this.kept(parseRawUnicode(await this.line())));
        break;
      case OP.GET:
        machine.get(Number(this.meaning(parseInteger(await this.line()), 'a memo index')));
        break;
      case OP.PUT:
        machine.put(Number(this.meaning(parseInteger(await this.line()), 'a memo index')));
        break;
      case OP.GLOBAL:
        machine.push(await this.globalLines());
        break;
      case OP.INST:
        machine.push(new PickleObject(await this.globalLines(), machine.popMark()));
        break;
      case OP.PERSID:
        machine.persistentId(this.kept(await this.line()));
        break;
      default:
        throw machine.damaged(`expected an opcode, found byte 0x${opcode.toString(16).padStart(2, '0')}`);
    }
  }

  private bytes(length: number): undefined {
    const { machine, window } = this;
    window.requireRemaining(length);
    machine.push(new ByteRange(window.position, length));
    window.skip(length);
    return undefined;
  }

  /** Python 2's str: text or bytes. Short ones are taken for text, one character for each byte. */
  private async byteString(length: number): Promise<void> {
    if (length < 0) throw this.machine.damaged(`expected a length, found ${length}`);
    if (length > MAX_INLINE_TEXT) return this.bytes(length);
    await this.window.ensure(length);
    this.machine.push(this.kept(decode(this.window.take(length), 'latin1')));
  }

  private async unicode(length: number): Promise<void> {
    const { machine, window } = this;
    if (length > MAX_INLINE_TEXT) {
      window.requireRemaining(length);
      machine.push(new TextRange(window.position, length));
      window.skip(length);
      return;
    }
    await window.ensure(length);
    machine.push(this.kept(decode(window.take(length), 'utf8')));
  }

  private async long(length: number): Promise<void> {
    if (length < 0) throw this.machine.damaged(`expected a length, found ${length}`);
    this.window.requireRemaining(length);
    if (length > MAX_LONG_BYTES) throw this.tooComplex(`an integer of ${length} bytes`);
    await this.window.ensure(length);
    this.machine.push(parseTwosComplement(this.window.take(length)));
  }

  private async globalLines(): Promise<PickleGlobal> {
    const module = this.kept(await this.line());
    return this.machine.named(module, this.kept(await this.line()));
  }

  /** Reads up to the next line feed, which is passed over. */
  private async line(): Promise<string> {
    const { window } = this;
    for (let limit = 256; ; limit *= 4) {
      const available = await window.ensureUpTo(limit);
      const length = window.find(0x0a, available);
      if (length >= 0) {
        const text = decode(window.take(length), 'latin1');
        window.skip(1);
        return text.endsWith('\r') ? text.slice(0, -1) : text;
      }
      if (available < limit) window.requireRemaining(available + 1);
      if (limit > MAX_LINE) throw this.tooComplex(`a line of more than ${MAX_LINE} characters`);
    }
  }

  /** Counts a string that is kept in memory. */
  private kept(text: string): string {
    this.textLength += text.length;
    if (this.textLength > MAX_TOTAL_TEXT)
      throw this.tooComplex(`more than ${MAX_TOTAL_TEXT} characters of text`);
    return text;
  }

  private meaning<T>(value: T | undefined, expected: string): T {
    if (value === undefined) throw this.machine.damaged(`expected ${expected}`);
    return value;
  }

  private protocol(version: number): undefined {
    if (version > 5) throw this.unsupported(`protocol ${version}`);
    return undefined;
  }

  private unsupported(what: string): InputFileError {
    const { file } = this.window;
    return new InputFileError(
      'PICKLE_UNSUPPORTED',
      `${file.path}: at byte ${this.machine.position}: expected a pickle of protocol 0 to 5, found ${what}`,
    );
  }
}

function decode(bytes: Uint8Array<ArrayBuffer>, encoding: 'latin1' | 'utf8'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
}
