import type { Command } from 'commander';
import { CUT_TOOLS } from '../../swap/recipe/cut.js';
import { MERGE_METHODS } from '../../swap/recipe/recipe-model.js';
import {
  addClass,
  addCommon,
  addEngine,
  choice,
  dtypeOption,
  networkList,
  number,
  seedsOption,
  text,
  wholeNumber,
} from './options.js';

/** The options that describe a blend, of `blend` and `blend plan`. */
export function addBlendOptions(command: Command): Command {
  addRecipeOptions(command);
  addOutputOptions(command);
  return addCommon(addEngine(addClass(command)), { writes: true });
}

/** The options that say what is blended with what, and how much. */
export function addRecipeOptions(command: Command): void {
  command
    .option('--recipe <file>', 'a recipe in place of the options that describe the blend', text('--recipe'))
    .option('--base <model>', 'the generator that is blended into', text('--base'))
    .option(
      '--transfer <model>',
      'the generator that was fine-tuned from it, in another domain',
      text('--transfer'),
    )
    .option(
      '--swap <resolution>',
      'the last resolution that takes its weights from the structure model',
      wholeNumber('--swap'),
    )
    .option(
      '--ramp <octaves>',
      'blend gradually around the swap, over about this many octaves',
      number('--ramp', { min: 0 }),
    )
    .addOption(
      choice(
        '--structure <model>',
        'which model supplies the resolutions up to the swap (default: transfer)',
        ['transfer', 'base'],
      ),
    )
    .option(
      '--alpha <share>',
      'how much of the transfer model there (default: 1); without --swap everywhere',
      number('--alpha'),
    )
    .addOption(choice('--method <name>', 'how tensors are merged (default: linear)', MERGE_METHODS))
    .option('--common', 'models may be of another size: blend the resolutions that they share')
    .addOption(choice('--cut <tool>', 'blend as another tool does, at --swap, slips included', CUT_TOOLS))
    .option(
      '--level <0|1>',
      'pinkney, t27: at which half of the resolution (default: 0)',
      wholeNumber('--level', { min: 0, max: 1 }),
    )
    .option(
      '--width <w>',
      'of the cut, in positions of its tool (default: a hard cut)',
      number('--width', { min: 0 }),
    )
    .addOption(
      choice('--mapping <model>', 'whose mapping network (default: base; of a cut its low model)', [
        'base',
        'transfer',
      ]),
    )
    .addOption(
      choice('--noise <model>', 'whose noise buffers (default: base; of a cut its low model)', [
        'base',
        'transfer',
      ]),
    );
}

function addOutputOptions(command: Command): void {
  command
    .option(
      '--out <file>',
      'where to write: .safetensors, or .pkl or .pt in the form of the base (default: BASE-TRANSFER-swapR.safetensors here)',
      text('--out'),
    )
    .option(
      '--container <file>',
      'take the form, and all that is not blended, of this .pkl or .pt',
      text('--container'),
    )
    .option(
      '--networks <list>',
      'which networks to blend into a training snapshot, such as G_ema,G,D (default: G_ema)',
      networkList('--networks'),
    )
    .option('--lossy', 'write although settings of the container differ, or the form cannot hold them')
    .addOption(dtypeOption())
    .option('--preview <file>', 'also render faces through base, blend and transfer', text('--preview'))
    .addOption(seedsOption());
}
