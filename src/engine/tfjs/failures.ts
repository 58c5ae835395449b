import { EngineError } from '../../errors.js';

const MISSING_KERNEL = /[Kk]ernel '(\w+)'.*for backend '/;

/** TensorFlow.js's error as one of ours where it is the installation that lacks something. */
export function explained(error: unknown, packageName: string): unknown {
  const kernel = error instanceof Error ? MISSING_KERNEL.exec(error.message)?.[1] : undefined;
  if (kernel === undefined) return error;
  return new EngineError('KERNEL_MISSING', `engine tfjs: ${packageName} has no kernel ${kernel}`, {
    hint: 'use `engine: onnxruntime`, or another backend of TensorFlow.js: see docs/engines.md',
    cause: error,
  });
}
