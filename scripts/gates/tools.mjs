/** Gates that ask a tool: formatter and linter, compiler, template compiler. Each takes the root of the tree to look at. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, tail } from '../steps/project.mjs';

/** npm may put a workspace's tool into the workspace's own folder. */
const TOOL_FOLDERS = ['node_modules', 'console/node_modules'];

/** A tool of this project, run in another tree. @param {string} root @param {string} tool @param {readonly string[]} args */
async function ask(root, tool, args) {
  const path = TOOL_FOLDERS.map((folder) => join(ROOT, folder, tool)).find((place) => existsSync(place));
  if (path === undefined) return [`${tool} is not installed (npm ci)`];
  const { code, output } = await run(process.execPath, [path, ...args], { cwd: root, quiet: true });
  return code === 0 ? [] : [tail(output)];
}

/** Formatting and lint rules of `biome.json`; warnings fail too. @param {string} root */
export function checkBiome(root) {
  return ask(root, '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '--colors=off', '.']);
}

/** Types of the whole solution, tests and scripts included. @param {string} root */
export function checkTypes(root) {
  return ask(root, 'typescript/bin/tsc', ['-b', '--pretty', 'false']);
}

/** Types of the console's components and templates. @param {string} root */
export async function checkTemplates(root) {
  if (!existsSync(join(root, 'console', 'tsconfig.json'))) return ['console/tsconfig.json: missing'];
  return ask(root, 'vue-tsc/bin/vue-tsc.js', ['-p', 'console', '--noEmit', '--pretty', 'false']);
}

/** Projects that must compile without Node and without a browser. */
const PURE_PROJECTS = ['protocol', 'evidence', 'server/tsconfig.core.json'];

/**
 * The pure parts compile alone: nothing but the language (`lib ES2023`, `types []`). That they do compile is part of
 * {@link checkTypes}; this gate sees that nobody widened what they are compiled with, and compiles the core by itself.
 * @param {string} root
 */
export async function checkPureProjects(root) {
  const problems = [];
  const tsc = join(ROOT, 'node_modules', 'typescript/bin/tsc');
  for (const project of PURE_PROJECTS) {
    const { code, output } = await run(process.execPath, [tsc, '--showConfig', '-p', project], {
      cwd: root,
      quiet: true,
    });
    if (code !== 0) {
      problems.push(`${project}: ${tail(output)}`);
      continue;
    }
    const { lib, types } = JSON.parse(output).compilerOptions;
    if (JSON.stringify(lib) !== '["es2023"]')
      problems.push(`${project}: lib must be ["ES2023"], is ${JSON.stringify(lib)}`);
    if (JSON.stringify(types) !== '[]')
      problems.push(`${project}: types must be [], is ${JSON.stringify(types)}`);
  }
  const core = await ask(root, 'typescript/bin/tsc', [
    '-p',
    'server/tsconfig.core.json',
    '--noEmit',
    '--pretty',
    'false',
  ]);
  return [...problems, ...core];
}
