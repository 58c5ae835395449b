// Writes recipe.schema.json, which editors check recipes by: npm run build && node scripts/recipe-schema.js
import { writeFileSync } from 'node:fs';
import { recipeJsonSchema } from 'stylegan-blend/recipe';

writeFileSync(
  new URL('../recipe.schema.json', import.meta.url),
  `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`,
);
