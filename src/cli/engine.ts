import { type Engine, openEngine } from '../engine/index.js';
import { compiledCache } from './compiled-cache.js';
import type { EngineChoice } from './options.js';
import type { Terminal } from './terminal.js';

/** Opens the engine of `--engine`, `--device` and `--threads`, and says which one it is where that is not obvious. */
export async function chosenEngine(options: EngineChoice, terminal: Terminal): Promise<Engine> {
  const { engine: name, device, threads } = options;
  const cache = options.cache === false ? undefined : compiledCache();
  const engine = await openEngine({
    engine: name,
    device,
    ...(threads === undefined ? {} : { threads }),
    fallBack: true,
    cache,
  });
  for (const notice of engine.notices) terminal.warn(notice);
  const isUsual = engine.name === 'onnxruntime' && engine.device === 'cpu';
  if (options.engine !== 'auto' || !isUsual) terminal.info(`computing with ${engine.description}`);
  return engine;
}
