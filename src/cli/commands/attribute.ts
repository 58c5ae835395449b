import { type AttributeDocument, type AttributedPicture, attribute } from '../../app/attribute.js';
import { DEFAULT_OWN } from '../../compare/attribution.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, generatorNetwork } from '../options/models.js';
import { option, withUsual } from '../options/option.js';
import { wholeNumber } from '../options/parsers.js';
import { loss } from '../options/search.js';
import { COMMANDS } from './list.js';

/** `blend attribute MODEL PICTURE…`: whether a generator made them. */
export default command(COMMANDS.attribute, {
  options: [
    generatorNetwork,
    classOption,
    withUsual(
      option(
        '--own <n>',
        "how many of the generator's own pictures to compare with",
        'search',
        wholeNumber({ min: 2, max: 10_000 }),
      ),
      DEFAULT_OWN,
    ),
    option(
      '--steps <n>',
      "steps of the search (default: the projector's own)",
      'search',
      wholeNumber({ min: 1, max: 1_000_000 }),
    ),
    loss,
    ...engineOptions,
  ],
  async run([model, pictures], options, run) {
    const { document } = await attribute(model, pictures, { ...computing(options), ...run });
    const { name } = document;
    return {
      document,
      lines: [
        ...document.pictures.map((found) => `${found.picture}: ${sentence(found, name)}`),
        rangeLine(document),
      ],
    };
  },
});

function sentence({ verdict, distance, score, share }: AttributedPicture, model: string): string {
  const words = {
    made: `as near as what ${model} makes itself: it may well have made this picture`,
    unclear: `further than what ${model} makes itself, but not by much: it cannot be told whether it made this picture`,
    'not made': `much further than what ${model} makes itself: it did not make this picture, or not as it is`,
  }[verdict];
  const rank = `${Math.round(share * 100)} % of its own pictures are as far`;
  return `${words} (distance ${distance.toPrecision(3)}, score ${score.toFixed(1)}; ${rank})`;
}

function rangeLine({ own }: AttributeDocument): string {
  const [least, most] = [own[0]!, own.at(-1)!];
  return `its own ${own.length} pictures: distances ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
}
