import type { Engine, EngineOptions } from './engine.js';

export * from './engine.js';

/**
 * Opens the engine that computes everything. The native library is only loaded now.
 * @throws EngineError `DEVICE_MISSING` where the device that was asked for is not there
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const { openOnnxRuntime } = await import('./onnxruntime.js');
  return openOnnxRuntime(options);
}
