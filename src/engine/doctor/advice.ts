import type { EngineCheck, System } from './report.js';

/** The last Node with which the native packages of TensorFlow.js work: they call what Node 23 has removed. */
const LAST_NODE_OF_TFJS = 22;

/** What is known about an engine that does not work as it could on such a machine; undefined for nothing. */
export function adviceFor(check: EngineCheck, system: System): string | undefined {
  if (check.engine === 'tfjs') return tfjsAdvice(check, system);
  if (check.state === 'works') return undefined;
  if (check.engine === 'onnxruntime-web') return undefined;
  // What is not installed is named once, with its command.
  if (check.state === 'not installed') return undefined;
  if (check.device === 'cpu') return onnxRuntimeAdvice(system);
  switch (check.device) {
    case 'webgpu':
      return webgpuAdvice(system);
    case 'cuda':
      return cudaAdvice(system);
    case 'directml':
      return system.platform === 'win32'
        ? 'DirectML needs a graphics card with DirectX 12'
        : 'DirectML is for Windows';
    case 'coreml':
      return system.platform === 'darwin' ? 'npm rebuild onnxruntime-node' : 'CoreML is for macOS';
  }
}

export function tooNewForTfjsNode(packageName: string, { node }: System): boolean {
  const major = Number(node.replace(/^v/, '').split('.')[0]);
  return packageName.startsWith('@tensorflow/tfjs-node') && major > LAST_NODE_OF_TFJS;
}

function tfjsAdvice(check: EngineCheck, system: System): string | undefined {
  if (check.state === 'works') {
    const idle = check.package.endsWith('-gpu') && check.device === 'cpu';
    return idle ? 'it finds no CUDA device: it needs CUDA 11.2 and cuDNN 8.1 beside the driver' : undefined;
  }
  if (tooNewForTfjsNode(check.package, system)) {
    return `${check.package} works on Node up to ${LAST_NODE_OF_TFJS}, this is ${system.node}`;
  }
  if (check.reason?.includes('tfjs_binding.node')) {
    return `its binary is missing: npm rebuild ${check.package} --build-addon-from-source`;
  }
  return undefined;
}

/** How onnxruntime-node is installed without what its script would download on Linux, which is for CUDA only. */
export function installCommand({ platform }: System): string {
  const command = 'npm install onnxruntime-node';
  return platform === 'linux' ? `ONNXRUNTIME_NODE_INSTALL=skip ${command}` : command;
}

function onnxRuntimeAdvice({ platform, arch }: System): string {
  if (platform === 'darwin' && arch === 'x64') {
    return 'onnxruntime-node has no binary for Macs with Intel processors: onnxruntime-web takes its place';
  }
  const rebuild = 'npm rebuild onnxruntime-node; until then onnxruntime-web takes its place';
  return platform === 'linux'
    ? `its binary needs glibc (Alpine has another C library); else ${rebuild}`
    : rebuild;
}

function webgpuAdvice({ platform, arch }: System): string {
  if (platform !== 'linux') return 'WebGPU needs a graphics card with a current driver';
  if (arch !== 'x64') return 'onnxruntime-node has WebGPU on Linux for x64 only';
  return 'WebGPU needs libvulkan.so.1 and a Vulkan driver: on Debian and Ubuntu, apt install libvulkan1 mesa-vulkan-drivers (or the driver of the graphics card)';
}

function cudaAdvice({ platform, arch }: System): string {
  if (platform === 'darwin') return 'there is no CUDA on macOS: try `device: webgpu`';
  if (platform === 'win32') {
    return 'onnxruntime-node has no CUDA on Windows: try `device: webgpu`, or @tensorflow/tfjs-node-gpu';
  }
  if (arch !== 'x64') return 'onnxruntime-node has CUDA on Linux for x64 only';
  return 'CUDA needs an NVIDIA card, CUDA 12 with cuDNN 9, and a download: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node';
}
