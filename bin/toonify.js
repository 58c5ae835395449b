#!/usr/bin/env node
// src/cli/toonify.ts and what it needs in few files (scripts/bundle.js).
require('../dist/bin/toonify.cjs')
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
