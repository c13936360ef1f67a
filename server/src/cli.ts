#!/usr/bin/env node
/** The command line's door: everything behind it is shared with the editor's backend. */
import { runCommandLine } from './cli/program.js';

process.exitCode = await runCommandLine(process.argv.slice(2));
