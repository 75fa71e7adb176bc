/** Gate: what is written can be read. Functions and files stay below a size (style §16). */
import ts from 'typescript';
import { eachNode, lineOf, listCode, parseCode, readText, runAsProgram } from './gates/sources.mjs';

/** Lines of a function. */
export const FUNCTION_LINES_MAX = 70;
/** Lines of a file. */
export const FILE_LINES_MAX = 400;

/** `describe(…, () => …)` only gathers tests; what is inside of it is measured. @param {ts.Node} node */
function isSuite(node) {
  const call = node.parent;
  return ts.isCallExpression(call) && /^describe\b/.test(call.expression.getText());
}

/** @param {ts.SourceFile} file @param {ts.Node} node */
function linesOf(file, node) {
  return file.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - lineOf(file, node);
}

/** @param {ts.Node} node */
function nameOf(node) {
  const named =
    /** @type {{ name?: ts.Node }} */ (node).name ?? /** @type {{ name?: ts.Node }} */ (node.parent).name;
  return named === undefined ? 'a function' : named.getText();
}

/** What is too long, one line each. @param {string} root */
export function checkSizes(root) {
  const problems = [];
  for (const path of listCode(root)) {
    const lines = readText(root, path).trimEnd().split('\n').length;
    if (lines > FILE_LINES_MAX) problems.push(`${path}: ${lines} lines, at most ${FILE_LINES_MAX}`);
    const file = parseCode(root, path);
    eachNode(file, (node) => {
      if (!ts.isFunctionLike(node) || isSuite(node)) return;
      const length = linesOf(file, node);
      if (length > FUNCTION_LINES_MAX)
        problems.push(
          `${path}:${lineOf(file, node)} ${nameOf(node)}: ${length} lines, at most ${FUNCTION_LINES_MAX}`,
        );
    });
  }
  return problems;
}

await runAsProgram(import.meta.url, checkSizes);
