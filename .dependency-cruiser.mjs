// The arrows between the folders of src/, as CONTRIBUTING.md draws them: each may use those that it lists and no
// others, whether for values or for types. `npm run lint` fails on any other.

/** The lowest floors come first: a folder lists folders above its own line only. */
const MAY_USE = {
  text: [],
  numbers: [],
  json: [],
  files: ['json'],
  formats: ['files', 'numbers'],
  graph: ['numbers'],
  engine: ['graph', 'files', 'json', 'numbers'],
  picture: ['files', 'text'],
  models: ['files', 'json', 'text'],
  checkpoint: ['formats', 'files', 'models', 'json', 'numbers', 'text'],
  swap: ['checkpoint', 'formats', 'files', 'json', 'numbers', 'text'],
  generator: ['graph', 'checkpoint', 'files'],
  metric: ['graph', 'picture', 'checkpoint', 'models'],
  render: ['generator', 'engine', 'picture', 'checkpoint'],
  face: ['engine', 'graph', 'picture', 'formats', 'files'],
  project: [
    'render',
    'metric',
    'generator',
    'engine',
    'graph',
    'picture',
    'checkpoint',
    'formats',
    'files',
    'json',
  ],
  compare: ['project', 'render', 'metric', 'engine', 'graph', 'picture', 'checkpoint'],
  explore: ['swap', 'render', 'generator', 'engine', 'picture', 'checkpoint', 'files', 'json', 'numbers'],
  export: ['render', 'generator', 'engine', 'graph', 'picture', 'checkpoint'],
  toonify: [
    ...[
      'project',
      'face',
      'swap',
      'render',
      'metric',
      'engine',
      'picture',
      'checkpoint',
      'files',
      'json',
      'text',
    ],
  ],
};
const ROOMS = Object.keys(MAY_USE);

const within = (folders) => `^src/(${folders.join('|')})/`;

const arrows = ROOMS.map((folder) => ({
  name: `${folder}-knows`,
  comment: `src/${folder}/ may use ${['src/errors.ts', ...MAY_USE[folder]].join(', ')}`,
  severity: 'error',
  from: { path: within([folder]) },
  to: { path: '^src/', pathNot: [within([folder, ...MAY_USE[folder]]), '^src/errors\\.ts$'] },
}));

export default {
  forbidden: [
    ...arrows,
    {
      name: 'app-knows',
      comment: 'src/app/ is used by the command line and by the doors, and uses neither',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: ['^src/(cli|exports)/', '^src/index\\.ts$'] },
    },
    {
      name: 'cli-knows',
      comment: 'the command line does not go through the doors: it would load all of the library',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: ['^src/exports/', '^src/index\\.ts$'] },
    },
    {
      name: 'terminal',
      comment: 'only the command line parses options and draws bars',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: 'node_modules/(commander|cli-progress)/' },
    },
    {
      name: 'runtimes',
      comment: 'only the engine loads what computes; exports are checked in the runtime itself',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/engine/', '^src/export/check-export\\.ts$'] },
      to: { path: 'node_modules/(onnxruntime-[a-z]+|@tensorflow/.*)/' },
    },
    {
      name: 'one-way',
      comment: 'a circle is one module in several files, also where it is of types only',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'from-the-package',
      comment: 'bench/, scripts/ and examples/ use the library as anybody does',
      severity: 'error',
      from: { path: '^(bench|scripts|examples)/' },
      to: { path: '^(src|dist)/', pathNot: ['^dist/(index|exports/[a-z]+)\\.(js|d\\.ts)$'] },
    },
    {
      name: 'not-there',
      comment:
        'what is imported has to be installed by package.json; one script says what it needs beside that',
      severity: 'error',
      from: { path: '^(src|bench|scripts|examples)/', pathNot: '^scripts/face-reference\\.js$' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
