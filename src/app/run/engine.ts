import { type Engine, type EngineOptions, openEngine } from '../../engine/index.js';
import type { Report } from './run.js';

/** What computes: an engine that is open already, or how to open one. */
export interface EngineChoice extends Omit<EngineOptions, 'engine' | 'signal' | 'fallBack'> {
  readonly engine?: EngineOptions['engine'] | Engine;
}

/** Opens the engine that was chosen, and says which one it is where that is not obvious. */
export async function chosenEngine(choice: EngineChoice, report: Report): Promise<Engine> {
  if (typeof choice.engine === 'object') return choice.engine;
  const engine = await openChosen(choice);
  for (const notice of engine.notices) report.warn(notice);
  const isUsual = engine.name === 'onnxruntime' && engine.device === 'cpu';
  const isAsked = choice.engine !== undefined && choice.engine !== 'auto';
  const isSaid = engine.notices.some((notice) => notice.includes(engine.description));
  if (!isSaid && (isAsked || !isUsual)) report.info(`computing with ${engine.description}`);
  return engine;
}

/** {@link chosenEngine} that says nothing. A device that cannot be used is replaced by the processor. */
export async function openChosen({ engine, device, threads, half, cache }: EngineChoice): Promise<Engine> {
  if (typeof engine === 'object') return engine;
  return openEngine({ engine, device, threads, half, fallBack: true, cache });
}
