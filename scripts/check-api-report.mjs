/**
 * Gate: what the SDK offers is written down in client-sdk/api.md, so that a change of it is seen in review; and the package as it
 * would be published is sound (publint). `--write` writes the report anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { readText, runAsProgram } from './gates/sources.mjs';
import { layOutSdk } from './steps/packed-sdk.mjs';
import { ROOT } from './steps/project.mjs';

const REPORT = 'client-sdk/api.md';

const HEAD = `# What @zhenxue/client-sdk offers

Written by \`node scripts/check-api-report.mjs --write\` from the published declarations; \`npm run check\` compares. Whatever is
not in here is no part of the interface.
`;

/** Entries of a manifest with their declarations, in its order. @param {Record<string, any>} manifest */
function entriesOf(manifest) {
  return Object.entries(manifest.exports).flatMap(([name, target]) =>
    target.types === undefined ? [] : [[name, target.types]],
  );
}

/**
 * Declarations by name: the bundler's order changes with any import, what is offered does not.
 * @param {string} code
 */
function sortedDeclarations(code) {
  const clean = code.replace(/^\/\/#(?:end)?region.*\n/gm, '');
  const file = ts.createSourceFile('entry.d.mts', clean, ts.ScriptTarget.ESNext, true);
  /** @param {ts.Statement} statement */
  const nameOf = (statement) => {
    if (ts.isImportDeclaration(statement)) return `0 ${statement.getText()}`;
    if (ts.isExportDeclaration(statement)) return `2 ${statement.getText()}`;
    const named = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0] : statement;
    return `1 ${/** @type {{ name?: ts.Node }} */ (named)?.name?.getText() ?? ''}`;
  };
  return file.statements
    .map((statement) => ({ name: nameOf(statement), text: statement.getFullText().trim() }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ text }) => text)
    .join('\n');
}

/** The report for a laid-out package. @param {string} folder */
export function composeReport(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const parts = entriesOf(manifest).map(([name, path]) => {
    const text = sortedDeclarations(readFileSync(join(folder, path), 'utf8'));
    return `## \`${manifest.name}${name.slice(1)}\`\n\n\`\`\`ts\n${text}\n\`\`\`\n`;
  });
  return [HEAD, ...parts].join('\n');
}

/** What publint says of a laid-out package, one line each. @param {string} folder */
async function lintPackage(folder) {
  const { messages, pkg } = await publint({ pkgDir: folder, level: 'suggestion', strict: true, pack: false });
  return messages.map(
    (message) => `client-sdk/package.json: ${formatMessage(message, pkg, { color: false })}`,
  );
}

/** Where the report or the package is wrong, one line each. @param {string} root */
export async function checkApiReport(root) {
  const { folder, stop } = await layOutSdk(root);
  try {
    const report = composeReport(folder);
    const problems = await lintPackage(folder);
    if (process.argv.includes('--write')) writeFileSync(join(root, REPORT), report);
    else if (readText(root, REPORT) !== report)
      problems.push(`${REPORT}: not what the SDK offers now (node scripts/check-api-report.mjs --write)`);
    return problems;
  } finally {
    stop();
  }
}

if (process.argv.includes('--write')) await checkApiReport(ROOT);
else await runAsProgram(import.meta.url, checkApiReport);
