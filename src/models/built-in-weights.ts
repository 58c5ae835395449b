import type { ModelEntry } from './entry.js';

const TORCHVISION = 'https://download.pytorch.org/models';
const TORCHVISION_LICENCE =
  'BSD-3-Clause, as torchvision (https://github.com/pytorch/vision/blob/main/LICENSE)';

const LPIPS_SOURCE = 'https://github.com/richzhang/PerceptualSimilarity';
const LPIPS_LICENCE = `BSD-2-Clause (${LPIPS_SOURCE}/blob/master/LICENSE)`;
/** A version, not a branch: the files are to be these. */
const LPIPS =
  'https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/082bb24f84c091ea94de2867d34c4544f68e0963/lpips/weights/v0.1';

/**
 * What the LPIPS metrics are computed with: a network that was trained on ImageNet, the trunk, and the metric's own
 * few kilobytes on top of it. torchvision's names have the beginning of the hash in them.
 */
export const BUILT_IN_WEIGHTS: Readonly<Record<string, ModelEntry>> = {
  'lpips-vgg': metric('vgg', 'vgg16', 'a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868'),
  'lpips-squeeze': metric(
    'squeeze',
    'squeezenet1_1',
    '4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76',
  ),
  'lpips-alex': metric('alex', 'alexnet', 'df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0'),
  vgg16: trunk(
    'VGG16, 553 MB',
    'vgg16-397923af.pth',
    '397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0',
  ),
  squeezenet1_1: trunk(
    'SqueezeNet 1.1, 5 MB',
    'squeezenet1_1-b8a52dc0.pth',
    'b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b',
  ),
  alexnet: trunk(
    'AlexNet, 244 MB',
    'alexnet-owt-7be5be79.pth',
    '7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02',
  ),
};

function metric(file: string, needed: string, sha256: string): ModelEntry {
  return {
    kind: 'weights',
    url: `${LPIPS}/${file}.pth`,
    sha256,
    licence: LPIPS_LICENCE,
    needs: [needed],
    source: LPIPS_SOURCE,
    description: `weights of the LPIPS metric on top of ${needed}`,
  };
}

function trunk(title: string, file: string, sha256: string): ModelEntry {
  return {
    kind: 'weights',
    url: `${TORCHVISION}/${file}`,
    sha256,
    licence: TORCHVISION_LICENCE,
    source: 'https://github.com/pytorch/vision',
    description: `${title}, as torchvision has it; LPIPS compares what it sees`,
  };
}
