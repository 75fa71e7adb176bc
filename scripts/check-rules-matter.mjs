/**
 * Mutation check: with any single rule switched off, at least one test of the core must fail. Works on a copy of the
 * repository; takes one run of those tests per rule. `node scripts/check-rules-matter.mjs [rule …]`
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REGISTRY = 'server/src/core/rules/registry.ts';
/** What the tests of the core need. */
const PARTS = [
  'protocol/src',
  'evidence/src',
  'server/src/core',
  'server/package.json',
  'test',
  'package.json',
  'vitest.config.ts',
];

/** Copies what the tests need; packages stay where they are. @param {string} copy */
function prepare(copy) {
  for (const part of PARTS) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  // The projects' own compiler settings refer to workspaces that are not here; running tests needs none of them.
  rmSync(join(copy, 'test/tsconfig.json'));
  writeFileSync(join(copy, 'tsconfig.json'), '{}');
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  symlinkSync(join(ROOT, 'server/node_modules'), join(copy, 'server/node_modules'));
}

/** @param {string} copy @returns {boolean} whether all tests pass */
function testsPass(copy) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const words = [vitest, 'run', '--bail', '1', '--project', 'unit', 'test/unit/core'];
  return spawnSync(process.execPath, words, { cwd: copy, stdio: 'ignore' }).status === 0;
}

/** Names in the registry's list. @param {string} text */
function rulesIn(text) {
  const list = /const RULES: readonly Rule\[\] = \[([^\]]*)\]/.exec(text)?.[1];
  if (list === undefined) throw new Error(`expected a list of rules in ${REGISTRY}`);
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** @param {readonly string[]} wanted @returns {number} the exit code */
function main(wanted) {
  const text = readFileSync(join(ROOT, REGISTRY), 'utf8');
  const rules = rulesIn(text).filter((rule) => wanted.length === 0 || wanted.includes(rule));
  const copy = mkdtempSync(join(tmpdir(), 'zhenxue-rules-'));
  try {
    prepare(copy);
    if (!testsPass(copy)) {
      console.log('✗ with all rules on, a test of the core fails: nothing can be told');
      return 1;
    }
    let useless = 0;
    for (const rule of rules) {
      writeFileSync(join(copy, REGISTRY), text.replace(new RegExp(`^  ${rule},\\n`, 'm'), ''));
      const noticed = !testsPass(copy);
      console.log(
        `${noticed ? '✓' : '✗'} without ${rule} ${noticed ? 'a test fails' : 'every test still passes'}`,
      );
      if (!noticed) useless += 1;
    }
    return useless === 0 && rules.length > 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

process.exitCode = main(process.argv.slice(2));
