import { type ConvertDocument, convert } from '../../app/convert.js';
import { command } from '../command.js';
import { network } from '../options/models.js';
import { about } from '../options/option.js';
import { container, dryRun, dtype, force, lossy } from '../options/output.js';
import { COMMANDS } from './list.js';

/** `blend convert IN OUT`: writes a network in another form. */
export default command(COMMANDS.convert, {
  options: [
    network(),
    about(container, 'take the form, and all that is not converted, of this .pkl or .pt'),
    dtype,
    lossy,
    about(dryRun, 'check, say what would be done, and write nothing'),
    force,
  ],
  async run([input, output], options, run) {
    const { document } = await convert(input, output, { ...options, ...run });
    const what = `${document.networks.join(', ')} of ${document.input}`;
    const form = describeForm(document);
    if (document.dryRun) return { document, lines: [`would write ${what} to ${output} (${form})`] };
    return { document, notes: [`converted: ${what} (${form})`], lines: [output] };
  },
});

function describeForm({ form, container, dtype }: ConvertDocument): string {
  return form === 'in-place' ? `in place of ${container}` : `${form}, ${dtype}`;
}
