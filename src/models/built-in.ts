import { BUILT_IN_WEIGHTS } from './built-in-weights.js';
import type { ModelEntry } from './entry.js';

const NVIDIA = 'NVIDIA Source Code License: research and evaluation only, not commercial';
const ADA_LICENCE = `${NVIDIA} (https://nvlabs.github.io/stylegan2-ada-pytorch/license.html)`;
const STYLEGAN2_LICENCE = `${NVIDIA} (https://nvlabs.github.io/stylegan2/license.html)`;
const CC_BY_NC_SA = 'CC BY-NC-SA 4.0 (https://creativecommons.org/licenses/by-nc-sa/4.0/)';

const ADA = 'https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained';
const SOURCE_NETS = `${ADA}/transfer-learning-source-nets`;
const ADA_SOURCE = 'https://github.com/NVlabs/stylegan2-ada-pytorch';

/** Where the models of other people are listed with author, licence and samples. */
const LIST = 'https://github.com/justinpinkney/awesome-pretrained-stylegan2';

/**
 * Models that the program knows, none of which it brings along. Only those are here whose source and licence are
 * published. No generator comes with a hash from its makers, so the hash is recorded at first sight. The names are
 * those of the papers and tools (`ffhq1024` is what stylegan2-ada-pytorch calls it).
 */
export const BUILT_IN_MODELS: Readonly<Record<string, ModelEntry>> = {
  ffhq: {
    kind: 'generator',
    url: `${ADA}/ffhq.pkl`,
    licence: ADA_LICENCE,
    source: ADA_SOURCE,
    description: 'photographs of faces, 1024 px (FFHQ; the original StyleGAN2 as a PyTorch pickle)',
  },
  'ffhq-config-f': {
    kind: 'generator',
    url: 'https://nvlabs-fi-cdn.nvidia.com/stylegan2/networks/stylegan2-ffhq-config-f.pkl',
    licence: STYLEGAN2_LICENCE,
    source: 'https://github.com/NVlabs/stylegan2',
    description: 'photographs of faces, 1024 px (FFHQ; the original StyleGAN2 as a TensorFlow pickle)',
  },
  ffhq1024: {
    kind: 'generator',
    url: `${SOURCE_NETS}/ffhq-res1024-mirror-stylegan2-noaug.pkl`,
    licence: ADA_LICENCE,
    source: ADA_SOURCE,
    description: 'photographs of faces, 1024 px; what --resume=ffhq1024 fine-tunes from',
  },
  ffhq512: {
    kind: 'generator',
    url: `${SOURCE_NETS}/ffhq-res512-mirror-stylegan2-noaug.pkl`,
    licence: ADA_LICENCE,
    source: ADA_SOURCE,
    description: 'photographs of faces, 512 px; what --resume=ffhq512 fine-tunes from',
  },
  ffhq256: {
    kind: 'generator',
    url: `${SOURCE_NETS}/ffhq-res256-mirror-paper256-noaug.pkl`,
    licence: ADA_LICENCE,
    source: ADA_SOURCE,
    description: 'photographs of faces, 256 px; what --resume=ffhq256 fine-tunes from',
  },
  metfaces: {
    kind: 'generator',
    url: `${ADA}/metfaces.pkl`,
    licence: ADA_LICENCE,
    source: ADA_SOURCE,
    description: 'faces of paintings and sculptures, 1024 px (MetFaces; fine-tuned from FFHQ)',
  },
  ukiyoe: {
    kind: 'generator',
    page: 'https://drive.google.com/uc?id=1_QysUKfed1-_x9e5off2WWJKp1yUcidu',
    licence: CC_BY_NC_SA,
    source: LIST,
    description: 'faces of ukiyo-e prints, 256 px, by Justin Pinkney (fine-tuned from ffhq-256-slim)',
  },
  'ffhq256-config-e': {
    kind: 'generator',
    page: 'https://drive.google.com/uc?id=1BUL-RIzXC7Bpnz2cn230CbA4eT7_Etp0',
    licence: CC_BY_NC_SA,
    source: LIST,
    description: 'photographs of faces, 256 px, config-e, by Justin Pinkney',
  },
  'ffhq512-config-f': {
    kind: 'generator',
    page: 'https://mega.nz/#!eQdHkShY!8wyNKs343L7YUjwXlEg3cWjqK2g2EAIdYz5xbkPy3ng',
    licence: 'public domain, as its author says',
    source: LIST,
    description: 'photographs of faces, 512 px, config-f, by aydao',
  },
  trypophobia: {
    kind: 'generator',
    page: 'https://drive.google.com/uc?id=12yYXZymadSIj74Yue1Q7RrlbIqrXggo3',
    licence: STYLEGAN2_LICENCE,
    source: LIST,
    description: 'holes and bubbles, 1024 px, config-f, by Sid Black',
  },
  ...BUILT_IN_WEIGHTS,
};
