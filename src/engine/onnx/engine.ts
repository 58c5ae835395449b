import { EngineError } from '../../errors.js';
import { constant, program, scale } from '../../graph/index.js';
import type { Device, Engine, EngineOptions } from '../engine.js';
import { runtimeReason } from '../load-failure.js';
import { compile, keeps, type Target } from './compile.js';
import type { OnnxRuntime } from './runtime.js';

/**
 * ONNX Runtime as an engine, in one of its builds, on the device that is asked for.
 * @throws EngineError `DEVICE_MISSING`
 */
export async function openOnnx(runtime: OnnxRuntime, options: EngineOptions): Promise<Engine> {
  const { device = 'auto', cache, fallBack = false } = options;
  const target = (chosen: Device): Target => ({ runtime, device: chosen, cache });
  if (device === 'auto') return engineOn(target(await bestDevice(runtime)));
  if (device === 'cpu') return engineOn(target('cpu'));
  try {
    await requireDevice(runtime, device);
  } catch (error) {
    if (!(fallBack && error instanceof EngineError)) throw error;
    return engineOn(target('cpu'), [`${error.message}; computing on the processor instead`]);
  }
  return engineOn(target(device));
}

function engineOn(target: Target, notices: readonly string[] = []): Engine {
  const { device, runtime } = target;
  const { name, title, threads } = runtime;
  return {
    name,
    device,
    description: `${title}, ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    notices: [...runtime.notices, ...notices],
    half: false,
    keeps: keeps(target),
    compile: (what) => compile(what, target),
  };
}

async function bestDevice(runtime: OnnxRuntime): Promise<Device> {
  for (const device of runtime.preferred()) {
    const works = await requireDevice(runtime, device).then(
      () => true,
      () => false,
    );
    if (works) return device;
  }
  return 'cpu';
}

/** Runs one multiplication on the device: that a build has it says little about this machine. */
async function requireDevice(runtime: OnnxRuntime, device: Device): Promise<void> {
  const hint = 'use `device: cpu`, or `device: auto` to take the best device there is';
  if (!runtime.devices.includes(device)) {
    const names = runtime.devices.join(', ');
    throw new EngineError(
      'DEVICE_MISSING',
      `device ${device}: this build of ONNX Runtime has only ${names}`,
      {
        hint,
      },
    );
  }
  try {
    const doubled = program({ y: scale(constant([1, 2], [2]), 2) });
    await using probe = await compile(doubled, { runtime, device });
    await probe.run({});
  } catch (cause) {
    const reason = runtimeReason(cause);
    throw new EngineError('DEVICE_MISSING', `device ${device}: cannot be used on this machine (${reason})`, {
      hint,
      cause,
    });
  }
}
