import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Command } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/commands/list.js';
import { loadCommand, loadModelsCommands } from '../../src/cli/commands/load.js';
import toonify from '../../src/cli/commands/toonify.js';
import { commonOptions } from '../../src/cli/options/common.js';

const names = (Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).filter((name) => name !== 'models');
const models = Object.values(await loadModelsCommands());
const commands = new Map<string, Command>([
  ['blend', await loadCommand('blend')],
  ['toonify', toonify],
  ...(await Promise.all(names.map(async (name) => [name, await loadCommand(name)] as const))),
]);

const flagsOf = ({ options }: Pick<Command, 'options'>) =>
  options.flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? []);
const common = [...flagsOf({ options: commonOptions }), '--help', '--help-all', '--version'];
const all = new Set([...[...commands.values(), ...models].flatMap(flagsOf), ...common]);

/** Flags of other programs that the pages name. */
const OTHERS = new Set([
  '--omit',
  '--runs',
  '--resume',
  '--no-save',
  '--offline',
  '--build-addon-from-source',
]);

const DOCS = new URL('../../docs/', import.meta.url);
const pages = [
  ...readdirSync(DOCS).flatMap((name) => (name.endsWith('.md') ? [new URL(name, DOCS)] : [])),
  ...['README.md', 'CHANGELOG.md'].map((name) => new URL(`../../${name}`, import.meta.url)),
].map((url) => ({ name: url.pathname.split('/').at(-1)!, text: readFileSync(url, 'utf8') }));

test('every option that a page names is there', () => {
  for (const { name, text } of pages) {
    const found = [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag.replace(/-$/, ''));
    expect(
      found.filter((flag) => !all.has(flag) && !OTHERS.has(flag)),
      name,
    ).toEqual([]);
  }
});

test('the commands that pages show have the options that they use', () => {
  let seen = 0;
  for (const { name, text } of pages) {
    for (const [, line] of text.matchAll(/^ {4}((?:blend|toonify) [^#\n]*)/gm)) {
      for (const call of line!.split(/; (?=blend|toonify)/)) {
        const [program, word = ''] = call.split(/\s+/);
        if (program === 'blend' && word === 'models') continue;
        const isCommand = program === 'blend' && commands.has(word);
        const known = [...flagsOf(commands.get(isCommand ? word : program!)!), ...common];
        const flags = call.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [];
        expect(
          flags.filter((flag) => !known.includes(flag)),
          `${name}: ${call}`,
        ).toEqual([]);
        seen++;
      }
    }
  }
  expect(seen).toBeGreaterThan(60);
});

test('one property of options has one name and one short form everywhere', () => {
  const shorts = new Map<string, string>();
  for (const { options } of [...commands.values(), ...models, { options: commonOptions }]) {
    for (const { flags } of options) {
      const [, short, long] = /^(?:(-[a-z]), )?(--[a-z-]+)/.exec(flags) ?? [];
      if (short === undefined) continue;
      expect(shorts.get(short) ?? long, short).toBe(long);
      shorts.set(short, long!);
    }
  }
  expect(shorts.size).toBeGreaterThanOrEqual(10);
});
