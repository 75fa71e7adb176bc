/** What the gates look at: the files of a tree, and the parsed code in them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../steps/project.mjs';

/** Folders that hold nothing written by hand. */
const SKIPPED = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.cache']);

/** @param {string} root @param {string} under @returns {string[]} */
function walk(root, under) {
  const found = [];
  for (const entry of readdirSync(join(root, under), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) found.push(...walk(root, path));
    else if (entry.isFile()) found.push(path);
  }
  return found;
}

/**
 * Files of a tree, relative to `root`, with forward slashes, sorted: what git tracks or would track, or everything
 * outside of {@link SKIPPED} where there is no repository.
 * @param {string} root
 */
export function listFiles(root) {
  if (!existsSync(join(root, '.git'))) return walk(root, '').sort();
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout, status } = spawnSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) return walk(root, '').sort();
  return stdout
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .sort();
}

/** Files of code among them. @param {string} root */
export function listCode(root) {
  return listFiles(root).filter((path) => /\.(?:ts|mts|mjs|js|vue)$/.test(path));
}

/** @param {string} root @param {string} path */
export function readText(root, path) {
  return readFileSync(join(root, path), 'utf8');
}

/**
 * The parsed code of a file. The script blocks of a `.vue` file keep their line numbers.
 * @param {string} root @param {string} path
 */
export function parseCode(root, path) {
  const text = readText(root, path);
  const code = path.endsWith('.vue') ? scriptBlocks(text) : text;
  return ts.createSourceFile(
    path,
    code,
    ts.ScriptTarget.ESNext,
    true,
    path.endsWith('js') ? ts.ScriptKind.JS : ts.ScriptKind.TS,
  );
}

/** Everything outside of the script blocks replaced by empty lines. @param {string} text */
function scriptBlocks(text) {
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^<\/script>/.test(line)) inside = false;
      const kept = inside ? line : '';
      if (/^<script\b[^>]*>/.test(line)) inside = true;
      return kept;
    })
    .join('\n');
}

/** Line of a node, counted from 1. @param {ts.SourceFile} file @param {ts.Node} node */
export function lineOf(file, node) {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** Calls `visit` for every node below and including `node`. @param {ts.Node} node @param {(node: ts.Node) => void} visit */
export function eachNode(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => eachNode(child, visit));
}

/**
 * Runs one gate as a program when its file is the one that was started.
 * @param {string} url `import.meta.url` of the gate @param {(root: string) => Promise<string[]> | string[]} gate
 */
export async function runAsProgram(url, gate) {
  if (process.argv[1] === undefined || url !== new URL(`file://${process.argv[1]}`).href) return;
  const problems = await gate(process.argv[2] ?? ROOT);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
