import { type Engine, openEngine } from '../engine/index.js';
import type { EngineChoice } from './options.js';
import type { Terminal } from './terminal.js';

/** Opens the engine of `--engine`, `--device` and `--threads`, and says which one it is where that is not obvious. */
export async function chosenEngine(options: EngineChoice, terminal: Terminal): Promise<Engine> {
  const engine = await openEngine(options);
  for (const notice of engine.notices) terminal.warn(notice);
  const isUsual = engine.name === 'onnxruntime' && engine.device === 'cpu';
  if (options.engine !== 'auto' || !isUsual) terminal.info(`computing with ${engine.description}`);
  return engine;
}
