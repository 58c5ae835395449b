import { fileBytes } from '../../files/byte-source.js';
import type { SafetensorsFile } from '../../formats/safetensors/read.js';
import { rowMajor, type TensorView } from '../../formats/tensor-view.js';
import { nativeHints } from './native.js';
import { type NetworkName, networkName } from './network-names.js';
import type { NetworkReader } from './network-reader.js';
import { isLucidrains, lucidrainsNetworks, readState, withoutPrefix } from './state-dict.js';

/**
 * Networks of a safetensors file: one, with canonical names or those of another tool, or several, each under a
 * prefix of its own (`g_ema.`, `d.`, …). `latent_avg` stands beside them.
 */
export function safetensorsNetworks(file: SafetensorsFile): NetworkReader {
  const { path, metadata } = file;
  const views = new Map<string, TensorView>();
  for (const [name, { shape, dtype, offset, byteLength }] of file.tensors) {
    const source = fileBytes(file.file, offset, byteLength);
    views.set(name, { source, dtype, first: 0, shape, strides: rowMajor(shape) });
  }
  const latentAverage = views.get('latent_avg');
  views.delete('latent_avg');

  const whole = withoutPrefix(views);
  if (isLucidrains(whole.keys())) {
    return {
      container: 'safetensors',
      format: 'safetensors',
      networks: lucidrainsNetworks(whole.keys()),
      read: async (network) =>
        readState(path, { state: whole }, { format: 'safetensors', network, metadata }),
    };
  }
  const networks = groups(views);
  const isSingle = networks.size === 0;
  const isDiscriminator = isSingle && [...whole.keys()].some((name) => /^b\d+\.fromrgb\./.test(name));
  const isBare = isSingle && !isDiscriminator;
  return {
    container: 'safetensors',
    format: 'safetensors',
    networks: isDiscriminator ? ['D'] : isBare ? ['G_ema'] : [...networks.keys()],
    isBare,
    read: async (network) => {
      const state = networks.get(network) ?? whole;
      const named = isBare ? {} : { network };
      const content = readState(
        path,
        { state, latentAverage },
        { format: 'safetensors', ...named, metadata },
      );
      return { ...content, hints: { ...content.hints, ...definedOnly(nativeHints(path, metadata)) } };
    },
  };
}

/** Tensors by the network in front of their name; empty unless every name has one, and there are several. */
function groups(views: ReadonlyMap<string, TensorView>): Map<NetworkName, Map<string, TensorView>> {
  const networks = new Map<NetworkName, Map<string, TensorView>>();
  for (const [name, view] of views) {
    const dot = name.indexOf('.');
    const network = dot < 0 ? undefined : networkName(name.slice(0, dot));
    if (network === undefined) return new Map();
    const group = networks.get(network) ?? new Map<string, TensorView>();
    networks.set(network, group.set(name.slice(dot + 1), view));
  }
  return networks.size > 1 ? networks : new Map();
}

function definedOnly<T extends object>(record: T): Partial<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<T>;
}
