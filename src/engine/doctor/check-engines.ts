import { EngineError } from '../../errors.js';
import { DEVICES, type Engine, type EngineOptions } from '../engine.js';
import { withHalves } from '../half.js';
import { probe } from '../probe.js';
import { TFJS_PACKAGES } from '../tfjs/packages.js';
import { adviceFor } from './advice.js';
import type { EngineCheck, System } from './report.js';

/** An engine with one package on one device. */
export interface EngineCandidate extends Pick<EngineCheck, 'engine' | 'package' | 'device'> {
  open(): Promise<Engine>;
}

/** All that there could be, in the order in which engines are taken. */
export function candidates(openEngine: (options: EngineOptions) => Promise<Engine>): EngineCandidate[] {
  const native = DEVICES.map((device): EngineCandidate => {
    const open = () => openEngine({ engine: 'onnxruntime', device });
    return { engine: 'onnxruntime', package: 'onnxruntime-node', device, open };
  });
  const web: EngineCandidate = {
    engine: 'onnxruntime-web',
    package: 'onnxruntime-web',
    device: 'cpu',
    open: () => openEngine({ engine: 'onnxruntime-web' }),
  };
  const tfjs = TFJS_PACKAGES.map((one): EngineCandidate => {
    const open = async () => (await import('../tfjs/open.js')).openTfjs({ packages: [one] });
    return { engine: 'tfjs', package: one.name, device: one.name.endsWith('-gpu') ? 'cuda' : 'cpu', open };
  });
  return [...native, web, ...tfjs];
}

/** Opens a candidate and has it compute something. Never throws. */
export async function check(candidate: EngineCandidate, system: System): Promise<EngineCheck> {
  const { engine, package: name, device } = candidate;
  const found = await attempt(candidate).catch(
    (error: unknown): Pick<EngineCheck, 'state' | 'reason'> =>
      error instanceof EngineError && error.code === 'ENGINE_NOT_INSTALLED'
        ? { state: 'not installed' }
        : { state: 'unavailable', reason: (error as Error).message.split('\n')[0]!.trim() },
  );
  const result = { engine, package: name, device, ...found };
  const advice = adviceFor(result, system);
  return advice === undefined ? result : { ...result, advice };
}

async function attempt(
  candidate: EngineCandidate,
): Promise<Pick<EngineCheck, 'state' | 'device' | 'description' | 'milliseconds' | 'half'>> {
  const opened = await candidate.open();
  const milliseconds = await probe(opened);
  const isGraphics = opened.name === 'onnxruntime' && opened.device !== 'cpu';
  const half = isGraphics && (await withHalves(opened, true)).half;
  return {
    state: 'works',
    device: opened.device,
    description: opened.description,
    milliseconds: Math.round(milliseconds * 10) / 10,
    ...(isGraphics ? { half } : {}),
  };
}
