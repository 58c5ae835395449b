/**
 * Writes docs/json/COMMAND.md: the keys of what each command prints with --json, from the types and comments of
 * src/app.
 *
 *     npm run docs:json            # writes the pages
 *     npm run docs:json -- --check # fails where they are not what it would write
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = `${ROOT}docs/json`;

/** By command: the type of its document in the library. */
const DOCUMENTS = {
  blend: 'BlendDocument',
  'blend --print-recipe': 'RecipeAnswerDocument',
  'blend plan': 'PlanDocument',
  'blend replay': 'ReplayDocument',
  'blend plot': 'PlotDocument',
  'blend render': 'RenderDocument',
  'blend sweep': 'SweepDocument',
  'blend slide': 'SlideDocument',
  'blend morph': 'MorphDocument',
  'blend walk': 'WalkDocument',
  'blend mix': 'MixDocument',
  'blend noise': 'NoiseDocument',
  'blend usage': 'UsageDocument',
  'blend project': 'ProjectDocument',
  'blend align': 'AlignDocument',
  'blend compare': 'CompareDocument',
  'blend attribute': 'AttributeDocument',
  'blend inspect': 'InspectDocument',
  'blend diff': 'DiffDocument',
  'blend convert': 'ConvertDocument',
  'blend export': 'ExportDocument',
  'blend models list': 'ModelsDocument',
  'blend models add': 'AddedModelDocument',
  'blend models pull': 'PulledModelsDocument',
  'blend models verify': 'VerifiedModelsDocument',
  'blend models remove': 'RemovedModelDocument',
  'blend models path': 'ModelPathDocument',
  'blend doctor': 'DoctorDocument',
  'blend doctor --clear-cache': 'ClearedCacheDocument',
  toonify: 'ToonifyDocument',
  'toonify --again': 'AgainDocument',
};

const MAX_DEPTH = 4;

const { config } = ts.readConfigFile(`${ROOT}tsconfig.build.json`, ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
const program = ts.createProgram([`${ROOT}src/index.ts`], { ...options, noEmit: true });
const checker = program.getTypeChecker();
const door = checker.getSymbolAtLocation(program.getSourceFile(`${ROOT}src/index.ts`));
const exported = new Map(checker.getExportsOfModule(door).map((symbol) => [symbol.name, symbol]));

/** Keys without a comment that says what they are. */
const undocumented = [];

const pages = new Map([['README.md', index()]]);
for (const [command, name] of Object.entries(DOCUMENTS)) pages.set(fileOf(command), page(command, name));

if (undocumented.length > 0)
  throw new Error(`expected a comment that says what it is:\n${undocumented.join('\n')}`);
if (process.argv.includes('--check')) check();
else {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  for (const [file, text] of pages) writeFileSync(`${FOLDER}/${file}`, text);
}

function check() {
  const found = new Map(readdirSync(FOLDER).map((file) => [file, readFileSync(`${FOLDER}/${file}`, 'utf8')]));
  const other = [...new Set([...pages.keys(), ...found.keys()])].filter(
    (file) => pages.get(file) !== found.get(file),
  );
  if (other.length === 0) return;
  console.error(`docs/json: ${other.join(', ')}: not what npm run docs:json writes`);
  process.exitCode = 1;
}

function fileOf(command) {
  return `${command.replace(/^blend (?!-)/, '').replace(/ --| /g, '-')}.md`;
}

function index() {
  const rows = Object.entries(DOCUMENTS).map(
    ([command, name]) => `| [\`${command}\`](${fileOf(command)}) | \`${name}\` |`,
  );
  return `# What --json prints

With \`--json\` every command prints one document on stdout; it is what the function of the library answers as \`document\`,
of the type beside it. A key that has nothing to say is left out. Where a command fails, the document is
\`{ "error": { "code", "message", "hint" } }\`, and so it is beside the other keys where the work was done only in part.

| command | type |
|---|---|
${rows.join('\n')}
`;
}

function page(command, name) {
  const symbol = exported.get(name);
  if (symbol === undefined) throw new Error(`${name}: expected it among the exports of src/index.ts`);
  const type = checker.getDeclaredTypeOfSymbol(aliased(symbol));
  const rows = rowsOf(type, '', 0).map(
    ({ key, text, says }) => `| \`${key}\` | ${text} | ${says.replaceAll('|', '\\|')} |`,
  );
  return `# ${command} --json

\`${name}\` of the library. Made by \`npm run docs:json\`.

| key | holds | says |
|---|---|---|
${rows.join('\n')}
`;
}

/** A row for each key, those of objects below them. */
function rowsOf(type, prefix, depth) {
  return checker.getPropertiesOfType(type).flatMap((property) => {
    const own = checker.getTypeOfSymbol(property);
    const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const { inner, suffix } = unwrapped(checker.getNonNullableType(own));
    const key = `${prefix}${property.name}${suffix}`;
    const says = saysOf(property, key);
    const text = `${textOf(inner)}${isOptional ? ', or absent' : ''}`;
    const below = isObject(inner) && depth < MAX_DEPTH ? rowsOf(inner, `${key}.`, depth + 1) : [];
    return [{ key, text, says }, ...below];
  });
}

/** What is in lists and in tables: `results[]`, `weights.<name>`. */
function unwrapped(type) {
  let [inner, suffix] = [type, ''];
  for (;;) {
    const element = checker.isArrayType(inner) ? checker.getTypeArguments(inner)[0] : undefined;
    const table = checker.getIndexTypeOfType(inner, ts.IndexKind.String);
    if (element !== undefined) [inner, suffix] = [element, `${suffix}[]`];
    else if (table !== undefined && checker.getPropertiesOfType(inner).length === 0)
      [inner, suffix] = [table, `${suffix}.<name>`];
    else return { inner: checker.getNonNullableType(inner), suffix };
  }
}

function isObject(type) {
  if (type.isUnion() || checker.isTupleType(type) || isRecipe(type)) return false;
  const kinds = ts.TypeFlags.Object | ts.TypeFlags.Intersection;
  return (type.flags & kinds) !== 0 && checker.getPropertiesOfType(type).length > 0;
}

/** Recipes and their parts have a page of their own. */
function isRecipe(type) {
  const isOfRecipes = ({ declarations = [] }) =>
    declarations.some((declaration) => declaration.getSourceFile().fileName.includes('/swap/recipe/'));
  return checker.getPropertiesOfType(type).some(isOfRecipes);
}

function textOf(type) {
  if (isRecipe(type)) return '[recipe](../recipes.md)';
  if (isObject(type)) return 'object';
  const text = checker.typeToString(
    type,
    undefined,
    ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.NoTruncation,
  );
  return text
    .replaceAll('readonly ', '')
    .split(' | ')
    .map((part) => (/^["\d]/.test(part) ? `\`${part.replaceAll('"', '')}\`` : part))
    .join(' or ')
    .replace('false or true', 'boolean');
}

function saysOf(symbol, key) {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  if (text === '') undocumented.push(`${key} (${symbol.declarations?.[0]?.getSourceFile().fileName})`);
  return text.replace(/\s*\n\s*/g, ' ');
}

function aliased(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}
