import { EngineError } from '../errors.js';
import type { Engine } from './engine.js';
import { runtimeReason } from './load-failure.js';
import { probe } from './probe.js';

/**
 * The engine computing in halves where its device can. Else it is left as it is, and says why, if it may fall back.
 * @throws EngineError `HALF_MISSING`
 */
export async function withHalves(engine: Engine, fallBack: boolean): Promise<Engine> {
  const reason = await whyNot(engine);
  if (reason === undefined) {
    return { ...engine, half: true, description: `${engine.description}, half precision` };
  }
  const message = `half precision: ${reason}`;
  if (fallBack)
    return { ...engine, notices: [...engine.notices, `${message}; computing in 32 bits instead`] };
  throw new EngineError('HALF_MISSING', message, {
    hint: 'compute in 32 bits, or take a graphics device that has 16-bit floats',
  });
}

async function whyNot(engine: Engine): Promise<string | undefined> {
  if (engine.name === 'tfjs') return 'TensorFlow.js computes in 32 bits';
  if (engine.device === 'cpu') return 'it is for graphics devices, the processor gains nothing from it';
  try {
    await probe(engine, { half: true });
    return undefined;
  } catch (error) {
    return `device ${engine.device} has no 16-bit floats (${runtimeReason(error)})`;
  }
}
