import { type Engine, openEngine } from '../engine/index.js';
import { compiledCache } from './compiled-cache.js';
import type { EngineChoice } from './options/options.js';
import type { Terminal } from './terminal/terminal.js';

/** Opens the engine of `--engine`, `--device` and `--threads`, and says which one it is where that is not obvious. */
export async function chosenEngine(options: EngineChoice, terminal: Terminal): Promise<Engine> {
  const engine = await openChosen(options);
  for (const notice of engine.notices) terminal.warn(notice);
  const isUsual = engine.name === 'onnxruntime' && engine.device === 'cpu';
  const isNamed = engine.notices.some((notice) => notice.includes(engine.description));
  if (!isNamed && (options.engine !== 'auto' || !isUsual))
    terminal.info(`computing with ${engine.description}`);
  return engine;
}

/** {@link chosenEngine} that says nothing. */
export async function openChosen({ engine, device, threads, half, cache }: EngineChoice): Promise<Engine> {
  return openEngine({
    engine,
    device,
    ...(threads === undefined ? {} : { threads }),
    half: half === true,
    fallBack: true,
    cache: cache === false ? undefined : compiledCache(),
  });
}
