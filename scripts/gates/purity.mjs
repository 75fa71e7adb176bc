/** What a pure zone must not touch: in it time, ids and chance arrive as data (style §2, §3). */
import ts from 'typescript';
import { eachNode } from './sources.mjs';

/** Ambient objects that give away time, chance or the surroundings. */
const AMBIENT = new Set(
  (
    'performance process globalThis global window document self navigator crypto fetch setTimeout setInterval ' +
    'setImmediate queueMicrotask require console eval Function'
  ).split(' '),
);
/** The members of `Date` that read no clock. */
const DATE_MEMBERS = new Set(['UTC', 'parse']);

/** Whether an identifier stands for a value, and is not merely a member's or a property's name. @param {ts.Identifier} node */
function isValue(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent) || ts.isTypeQueryNode(parent))
    return false;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyAssignment(parent))
    return parent.initializer === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isBindingElement(parent))
    return false;
  return !(
    ts.isTypeElement(parent) ||
    ts.isClassElement(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isEnumMember(parent)
  );
}

/** @param {ts.Identifier} node @returns {string | null} */
function impurityOf(node) {
  const name = node.text;
  if (AMBIENT.has(name)) return name;
  const { parent } = node;
  const member =
    ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.name.text : null;
  if (name === 'Math') return member === null || member === 'random' ? `Math.${member ?? '…'}` : null;
  if (name !== 'Date') return null;
  if (member !== null) return DATE_MEMBERS.has(member) ? null : `Date.${member}`;
  const dated = ts.isNewExpression(parent) && (parent.arguments?.length ?? 0) > 0;
  return dated ? null : 'the clock through Date';
}

/** Names that the file gives itself: a variable called `window` is not the browser's. @param {ts.SourceFile} file */
function declaredNames(file) {
  /** @type {Set<string>} */
  const names = new Set();
  eachNode(file, (node) => {
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if ((declares || ts.isFunctionDeclaration(node) || ts.isImportSpecifier(node)) && node.name !== undefined)
      if (ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}

/** Every place in a file that reads a clock, draws chance or reaches for the surroundings. @param {ts.SourceFile} file */
export function findImpurities(file) {
  /** @type {{ node: ts.Node, what: string }[]} */
  const found = [];
  const own = declaredNames(file);
  eachNode(file, (node) => {
    if (!ts.isIdentifier(node) || !isValue(node) || own.has(node.text)) return;
    const what = impurityOf(node);
    if (what !== null) found.push({ node, what });
  });
  return found;
}
