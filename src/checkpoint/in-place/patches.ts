import { OutputError } from '../../errors.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { BYTES_PER_ELEMENT } from '../../formats/dtype.js';
import { type PatchOutcome, patchSpan } from '../../formats/patch-view.js';
import { type EncodedText, encodeTextOpcode } from '../../formats/pickle/encoded-text.js';
import { byteSpan, type TensorView } from '../../formats/tensor-view.js';

/** A tensor that is to get new values. */
export interface Replacement {
  readonly name: string;
  readonly view: TensorView;
  read(): Promise<Float32Array>;
}

/** A part of the file that is replaced as a whole, with the tensors in it. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  /** Whether the new content has as many bytes; else it may. */
  readonly keepsLength: boolean;
  readonly replacements: readonly Replacement[];
  /** The new content, from the values of the replacements in their order. */
  apply(values: AsyncIterable<Float32Array> | Iterable<Float32Array>): Promise<PatchResult>;
}

export interface PatchResult {
  readonly bytes: Uint8Array;
  readonly outcomes: readonly PatchOutcome[];
}

/**
 * Arranges replacements by the parts of the file that they lie in. Tensors that share bytes come into one patch.
 *
 * @throws OutputError `IN_PLACE_COMPRESSED` where a tensor's bytes are not in the file as they are
 */
export function arrangePatches(
  path: string,
  file: RandomAccessFile,
  replacements: readonly Replacement[],
): Patch[] {
  const placed: { start: number; end: number; replacement: Replacement }[] = [];
  const texts = new Map<number, { source: EncodedText; replacements: Replacement[] }>();
  for (const replacement of replacements) {
    const { source } = replacement.view;
    const span = byteSpan(replacement.view);
    if (span.length === 0) continue;
    if (source.inFile?.file === file) {
      const start = source.inFile.offset + span.offset;
      placed.push({ start, end: start + span.length, replacement });
    } else if (isText(source) && source.opcode.file === file) {
      const text = texts.get(source.opcode.start) ?? { source, replacements: [] };
      text.replacements.push(replacement);
      texts.set(source.opcode.start, text);
    } else {
      throw new OutputError(
        'IN_PLACE_COMPRESSED',
        `${path}: ${replacement.name}: expected a container that stores its tensors as they are, found compressed or encoded ones`,
        { hint: 'save the container again with the tool that made it, without compression' },
      );
    }
  }
  const patches = merged(placed).map((group) => rawPatch(path, file, group));
  for (const { source, replacements: members } of texts.values()) {
    patches.push(textPatch(path, source, members));
  }
  return patches.sort((a, b) => a.start - b.start);
}

type Placed = { start: number; end: number; replacement: Replacement };

/** Groups of parts that touch the same bytes. */
function merged(placed: Placed[]): Placed[][] {
  placed.sort((a, b) => a.start - b.start || a.end - b.end);
  const groups: Placed[][] = [];
  let end = -1;
  for (const part of placed) {
    if (part.start < end) groups.at(-1)!.push(part);
    else groups.push([part]);
    end = Math.max(end, part.end);
  }
  return groups;
}

function rawPatch(path: string, file: RandomAccessFile, group: readonly Placed[]): Patch {
  const start = group[0]!.start;
  const end = Math.max(...group.map((part) => part.end));
  const replacements = group.map(({ replacement }) => replacement);
  return {
    start,
    end,
    keepsLength: true,
    replacements,
    apply: async (values) => {
      const bytes = await file.read(start, end - start);
      const parts = group.map((part) => ({ from: part.start - start, replacement: part.replacement }));
      return { bytes, outcomes: await patchAll(path, bytes, parts, values) };
    },
  };
}

function textPatch(path: string, source: EncodedText, replacements: readonly Replacement[]): Patch {
  const { start, end } = source.opcode;
  return {
    start,
    end,
    keepsLength: false,
    replacements,
    apply: async (values) => {
      const bytes = await source.read(0, source.length);
      const parts = replacements.map((replacement) => ({
        from: byteSpan(replacement.view).offset,
        replacement,
      }));
      const outcomes = await patchAll(path, bytes, parts, values);
      const opcode = encodeTextOpcode(bytes);
      const head = await source.opcode.file.read(0, 2);
      // Frames, of protocol 4 and later, count the bytes in them.
      if (opcode.length !== end - start && head[0] === 0x80 && head[1]! >= 4) {
        throw new OutputError(
          'IN_PLACE_COMPRESSED',
          `${path}: ${replacements[0]!.name}: expected arrays as bytes in a pickle of protocol ${head[1]}, found encoded text`,
        );
      }
      return { bytes: opcode, outcomes };
    },
  };
}

/** Puts the values of each tensor into its part of `bytes`. */
async function patchAll(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  parts: readonly { from: number; replacement: Replacement }[],
  values: AsyncIterable<Float32Array> | Iterable<Float32Array>,
): Promise<PatchOutcome[]> {
  const size = BYTES_PER_ELEMENT[parts[0]!.replacement.view.dtype];
  // Only tensors that share bytes can disagree.
  const claimed = parts.length > 1 ? new Uint8Array(Math.ceil(bytes.length / size)) : undefined;
  const outcomes: PatchOutcome[] = [];
  for await (const tensor of values) {
    const { from, replacement } = parts[outcomes.length]!;
    const { name, view } = replacement;
    const { length } = byteSpan(view);
    if (BYTES_PER_ELEMENT[view.dtype] !== size || from % size !== 0) {
      throw new OutputError(
        'IN_PLACE_SHARED',
        `${path}: ${name}: expected bytes of its own, found those of a tensor of another type`,
      );
    }
    const claims = claimed?.subarray(from / size, (from + length) / size);
    outcomes.push(patchSpan(path, name, view, bytes.subarray(from, from + length), tensor, claims));
  }
  return outcomes;
}

function isText(source: object): source is EncodedText {
  return 'opcode' in source;
}
