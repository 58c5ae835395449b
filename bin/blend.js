#!/usr/bin/env node
import { main } from '../dist/cli/blend.js';

process.exitCode = await main(process.argv.slice(2));
