import { extname } from 'node:path';
import type { CheckpointFile } from '../../checkpoint/checkpoint-file.js';
import { UsageError } from '../../errors.js';

/** In which form a network is written. */
export type OutputForm =
  | { readonly kind: 'safetensors' | 'rosinality' }
  /** A copy of this file with other tensors: `writeInPlace`. */
  | { readonly kind: 'in-place'; readonly container: CheckpointFile };

const NATIVE: readonly string[] = ['.safetensors'];
const PICKLE: readonly string[] = ['.pkl', '.pickle'];
const TORCH: readonly string[] = ['.pt', '.pth', '.ckpt'];

/**
 * Decides by the output's extension in which form it is written: in place of the container that was named, or of the
 * source where that is such a file; else as safetensors, or as rosinality's .pt. Pickles are never written anew.
 *
 * @param container what `container` names
 * @param source the file whose form is taken where no container is named
 * @throws UsageError `OUTPUT_FORMAT`, `CONTAINER_KIND`, `CONTAINER_MISSING`
 */
export function outputForm(
  out: string,
  { container, source }: { container?: CheckpointFile; source?: CheckpointFile },
): OutputForm {
  const extension = extname(out).toLowerCase();
  if (![...NATIVE, ...PICKLE, ...TORCH].includes(extension)) {
    throw new UsageError('OUTPUT_FORMAT', `${out}: expected a name ending in .safetensors, .pkl or .pt`);
  }
  if (container !== undefined) {
    if (isCalled(container, extension)) return { kind: 'in-place', container };
    throw new UsageError(
      'CONTAINER_KIND',
      `${out}: expected a name that suits ${container.path}, whose form it takes (${usualExtension(container)}), found ${extension}`,
    );
  }
  if (NATIVE.includes(extension)) return { kind: 'safetensors' };
  if (source !== undefined && isCalled(source, extension)) return { kind: 'in-place', container: source };
  if (TORCH.includes(extension)) return { kind: 'rosinality' };
  throw new UsageError(
    'CONTAINER_MISSING',
    `${out}: expected a pickle whose form the result takes, found none`,
    { hint: 'name one of the same architecture as `container`, or write .safetensors or .pt' },
  );
}

/** Whether a file of this kind is usually called so, or this one is. */
function isCalled({ container, path }: CheckpointFile, extension: string): boolean {
  if (container === 'safetensors') return NATIVE.includes(extension);
  if (NATIVE.includes(extension)) return false;
  return (
    (container === 'pickle' ? PICKLE : TORCH).includes(extension) || extname(path).toLowerCase() === extension
  );
}

function usualExtension({ container }: CheckpointFile): string {
  if (container === 'safetensors') return '.safetensors';
  return container === 'pickle' ? '.pkl' : '.pt';
}

/** @throws UsageError `OPTIONS_EXCLUSIVE` for a `dtype` where the container decides on types */
export function requireNoDType(form: OutputForm, dtype: string | undefined): void {
  if (form.kind !== 'in-place' || dtype === undefined) return;
  throw new UsageError(
    'OPTIONS_EXCLUSIVE',
    `\`dtype\`: expected no type, because numbers are stored as ${form.container.path} stores them, found ${dtype}`,
  );
}
