/** Gate: imports follow the layers of `gates/layer-rules.mjs`, and pure zones touch no clock, chance or ambient object. */
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { ZONES } from './gates/layer-rules.mjs';
import { findImpurities } from './gates/purity.mjs';
import { eachNode, lineOf, listCode, parseCode, readText, runAsProgram } from './gates/sources.mjs';

/** @typedef {import('./gates/layer-rules.mjs').Zone} Zone */
/** @typedef {{ target: string, typeOnly: boolean, node: ts.Node }} Import */

/**
 * The folder that a zone means for this file; null when the file lies elsewhere. `x/*` stands for each folder in x.
 * @param {Zone} zone @param {string} path
 */
function folderOf(zone, path) {
  if (!zone.zone.endsWith('/*')) return path.startsWith(`${zone.zone}/`) ? zone.zone : null;
  const parent = zone.zone.slice(0, -2);
  if (!path.startsWith(`${parent}/`)) return null;
  const rest = path.slice(parent.length + 1).split('/');
  return rest.length > 1 ? `${parent}/${rest[0]}` : null;
}

/** @param {ts.ImportClause | undefined} clause */
function isTypeOnly(clause) {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  return name === undefined && namedBindings !== undefined && ts.isNamedImports(namedBindings)
    ? namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly)
    : false;
}

/** Every way in which a file names another module. @param {ts.SourceFile} file @returns {Import[]} */
function importsOf(file) {
  /** @type {Import[]} */
  const found = [];
  eachNode(file, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
      found.push({ target: node.moduleSpecifier.text, typeOnly: isTypeOnly(node.importClause), node });
    if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    )
      found.push({ target: node.moduleSpecifier.text, typeOnly: node.isTypeOnly, node });
    if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    )
      found.push({ target: node.argument.literal.text, typeOnly: true, node });
    if (ts.isCallExpression(node)) {
      const calls =
        node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText(file) === 'require';
      const target = node.arguments[0];
      if (calls && target !== undefined)
        found.push({
          target: ts.isStringLiteralLike(target) ? target.text : '(computed)',
          typeOnly: false,
          node,
        });
    }
  });
  return found;
}

/** @param {readonly string[]} allowed @param {string} target */
function covers(allowed, target) {
  return allowed.some(
    (entry) => target === entry || target.startsWith(entry.endsWith('/') ? entry : `${entry}/`),
  );
}

const WORKSPACES = ['protocol', 'evidence', 'client-sdk', 'server', 'console'];

/** Packages that the workspace of a file declares; scripts build every workspace. @param {string} root @param {string} path */
function declaredPackages(root, path) {
  const names = new Set();
  const home = path.split('/')[0] ?? '';
  for (const folder of ['.', ...(home === 'scripts' ? WORKSPACES : [home])]) {
    const manifest = `${folder}/package.json`;
    if (!existsSync(join(root, manifest))) continue;
    const json = JSON.parse(readText(root, manifest));
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])
      for (const name of Object.keys(json[kind] ?? {})) names.add(name);
  }
  return names;
}

/** @param {string} target */
function packageName(target) {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * Why an import is not allowed, or null.
 * @param {string} root @param {string} path @param {Zone} zone @param {string} home @param {Import} used
 */
function objection(root, path, zone, home, { target, typeOnly }) {
  const allowed = typeOnly ? [...zone.values, ...(zone.types ?? [])] : zone.values;
  if (target.startsWith('.')) {
    const resolved = posix.normalize(posix.join(dirname(path), target));
    if (covers([home], resolved) || covers(allowed, resolved)) return null;
    return covers(zone.types ?? [], resolved) ? `only types of ${resolved}` : `not ${resolved}`;
  }
  if (target.startsWith('@zhenxue/') || target.startsWith('/')) {
    if (covers(allowed, target)) return null;
    return covers(zone.types ?? [], target) ? `only types of ${target}` : `not ${target}`;
  }
  if (target.startsWith('node:')) {
    const welcome = zone.packages.includes('node:') || zone.packages.includes(target);
    return welcome ? null : `no Node module (${target})`;
  }
  if (zone.packages.includes('any') || zone.packages.includes(packageName(target))) return null;
  if (zone.packages.includes('declared') && declaredPackages(root, path).has(packageName(target)))
    return null;
  return `not the package ${target}`;
}

/** @param {string} root @param {string} path @returns {string[]} */
function checkFile(root, path) {
  const zone = ZONES.find((candidate) => folderOf(candidate, path) !== null);
  if (zone === undefined) return [];
  const home = folderOf(zone, path) ?? zone.zone;
  const file = parseCode(root, path);
  const problems = [];
  for (const used of importsOf(file)) {
    const why = objection(root, path, zone, home, used);
    if (why !== null) problems.push(`${path}:${lineOf(file, used.node)} ${home} may import ${why}`);
  }
  if (zone.pure === true)
    for (const { node, what } of findImpurities(file))
      problems.push(`${path}:${lineOf(file, node)} ${home} must not touch ${what}`);
  return problems;
}

/** What breaks the layers, one line each. @param {string} root */
export function checkLayers(root) {
  return listCode(root).flatMap((path) => checkFile(root, path));
}

await runAsProgram(import.meta.url, checkLayers);
