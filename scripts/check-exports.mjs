/** Gate: exports are named and listed, and no folder or file is called by a word that means anything (style §15). */
import ts from 'typescript';
import { lineOf, listCode, listFiles, parseCode, runAsProgram } from './gates/sources.mjs';

const EMPTY_NAMES = new Set(['utils', 'util', 'common', 'helpers', 'helper', 'misc']);

/** Tools load their configuration, and Vue its components, by default export. @param {string} path */
function mayDefault(path) {
  return /\.config\.(?:ts|mjs)$/.test(path) || path.endsWith('.vue') || path.endsWith('.d.ts');
}

/** @param {ts.Statement} statement */
function isDefault(statement) {
  if (ts.isExportAssignment(statement)) return true;
  if (ts.canHaveModifiers(statement)) {
    const modifiers = ts.getModifiers(statement) ?? [];
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return true;
  }
  const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
  return (
    clause !== undefined &&
    ts.isNamedExports(clause) &&
    clause.elements.some(({ name }) => name.text === 'default')
  );
}

/** What is exported in the wrong way or named by an empty word, one line each. @param {string} root */
export function checkExports(root) {
  const problems = [];
  for (const path of listFiles(root)) {
    const empty = path.split('/').find((part) => EMPTY_NAMES.has(part.split('.')[0] ?? ''));
    if (empty !== undefined) problems.push(`${path}: "${empty}" says nothing about what is inside`);
  }
  for (const path of listCode(root)) {
    const file = parseCode(root, path);
    for (const statement of file.statements) {
      const where = `${path}:${lineOf(file, statement)}`;
      if (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
        if (statement.exportClause === undefined || ts.isNamespaceExport(statement.exportClause))
          problems.push(`${where} exports everything of a module: list the names`);
      if (!mayDefault(path) && isDefault(statement))
        problems.push(`${where} has a default export: give it a name`);
    }
  }
  return problems;
}

await runAsProgram(import.meta.url, checkExports);
