import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEVICES, ENGINES } from '../../../src/engine/engine.js';
import { writePicture } from '../../../src/picture/write-picture.js';
import { provenanceEntries, readResult } from '../../../src/toonify/batch/provenance.js';
import { RESULT_KEY } from '../../../src/toonify/batch/record.js';
import { RECORD_VERSION } from '../../../src/toonify/batch/record-schema.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const HASH = '0'.repeat(64);
const SETTINGS = {
  ...{ model: HASH, profile: 'fast', steps: 1, seed: 0, loss: 'pixel', space: 'w', pull: 0 },
  ...{ discardNoise: false, psi: 1, sideBySide: false },
};
const picture = { width: 2, height: 2, data: new Uint8Array(12) };

test.each([...DEVICES, 'auto'] as const)('what was made on %s says so and is understood', async (device) => {
  const path = join(await temporaryFolder(), 'toon.png');
  for (const engine of ['auto', ...ENGINES] as const) {
    const said = { input: 'photo.jpg', models: { base: 'b', transfer: 't' }, engine, device, threads: 2 };
    const record = {
      [RESULT_KEY]: JSON.stringify({ version: RECORD_VERSION, input: HASH, base: HASH, ...SETTINGS }),
    };
    await writePicture(path, picture, { force: true, metadata: { ...record, ...provenanceEntries(said) } });
    expect((await readResult(path)).provenance).toEqual(said);
  }
});
