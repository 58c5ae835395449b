/**
 * Arguments of the text opcodes of protocols 0 and 1: numbers and strings as lines. Functions return undefined for
 * text that does not mean anything.
 */

/** Longest number that is converted; conversion takes quadratic time. */
const MAX_DIGITS = 1000;

/** `I` and `L` lines: `12`, `-3L`. */
export function parseInteger(line: string): number | bigint | undefined {
  const digits = line.endsWith('L') ? line.slice(0, -1) : line;
  if (digits.length > MAX_DIGITS || !/^\s*[-+]?\d+\s*$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}

/** `F` lines: what Python's repr of a float gives. */
export function parseFloatLine(line: string): number | undefined {
  const named = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }[line];
  if (named !== undefined) return named;
  return line.length <= MAX_DIGITS && /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(line)
    ? Number(line)
    : undefined;
}

/** `S` lines: a quoted string with Python's escapes; one character for each byte. */
export function parseQuoted(line: string): string | undefined {
  const text = line.trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) return undefined;
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (whole, code: string) => {
    if (code[0] === 'x' && code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
    return SIMPLE_ESCAPES[code] ?? whole;
  });
}

/** `V` lines: latin-1 with `\uXXXX` and `\UXXXXXXXX`. */
export function parseRawUnicode(line: string): string {
  return line.replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g,
    (whole, short?: string, long?: string) => {
      const code = Number.parseInt(short ?? long ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Little-endian two's complement of any length. */
export function parseTwosComplement(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (bytes.length > 0 && bytes[bytes.length - 1]! >= 0x80) value -= 1n << BigInt(8 * bytes.length);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
