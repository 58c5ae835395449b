import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../../files/package-root.js';

/**
 * Whether the library of an execution provider lies beside ONNX Runtime's own, where it looks for it: trying to use
 * one that is not there takes a tenth of a second at every start.
 */
export function hasProviderLibrary(provider: string): boolean {
  try {
    const require = createRequire(new URL('package.json', PACKAGE_ROOT));
    const bin = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin');
    return (readdirSync(bin, { recursive: true }) as string[]).some((name) =>
      name.includes(`onnxruntime_providers_${provider}.`),
    );
  } catch {
    // Packed in another way: what the runtime lists is all that is known.
    return true;
  }
}
