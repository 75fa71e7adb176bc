/** Gate: `docs/errors.md` explains exactly the codes that can leave the server. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { eachNode, parseCode, readText, runAsProgram } from './gates/sources.mjs';

const CODES = 'protocol/src/errors.ts';
const DOCS = 'docs/errors.md';

/** The texts of `ERROR_CODES`. @param {string} root */
function codesInSource(root) {
  /** @type {string[]} */
  const codes = [];
  eachNode(parseCode(root, CODES), (node) => {
    if (
      !ts.isVariableDeclaration(node) ||
      node.name.getText() !== 'ERROR_CODES' ||
      node.initializer === undefined
    )
      return;
    eachNode(node.initializer, (part) => {
      if (ts.isStringLiteral(part)) codes.push(part.text);
    });
  });
  return codes;
}

/** First cells of the tables' rows: `| \`code\` | …`. @param {string} root */
function codesInDocs(root) {
  return [...readText(root, DOCS).matchAll(/^\|\s*`([a-z-]+)`\s*\|/gm)].map((match) => match[1] ?? '');
}

/** Codes without an explanation and explanations without a code, one line each. @param {string} root */
export function checkErrorCodes(root) {
  if (!existsSync(join(root, DOCS))) return [`${DOCS}: missing`];
  const source = codesInSource(root);
  const docs = codesInDocs(root);
  if (source.length === 0) return [`${CODES}: no ERROR_CODES found`];
  return [
    ...source.filter((code) => !docs.includes(code)).map((code) => `${DOCS}: \`${code}\` is not explained`),
    ...docs.filter((code) => !source.includes(code)).map((code) => `${DOCS}: \`${code}\` is no error code`),
    ...docs
      .filter((code, i) => docs.indexOf(code) !== i)
      .map((code) => `${DOCS}: \`${code}\` is explained twice`),
  ];
}

await runAsProgram(import.meta.url, checkErrorCodes);
