/** Gate: the OpenAPI document that the server answers with is valid and complete by redocly's recommended rules. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAsProgram } from './gates/sources.mjs';
import { ROOT, run, tail } from './steps/project.mjs';

/** Recommended rules; a warning fails too, so nothing is left to be overlooked. */
const RULES = 'extends: [recommended]\n';
/** A tool that is asked about a file has no business on the network. */
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

/** Lints one document. @param {unknown} document @returns {Promise<string[]>} */
export async function lintOpenApi(document) {
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-openapi-'));
  try {
    writeFileSync(join(folder, 'redocly.yaml'), RULES);
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document, null, 1));
    const tool = join(ROOT, 'node_modules', '@redocly/cli/bin/cli.js');
    const args = [tool, 'lint', '--config', 'redocly.yaml', '--format', 'stylish', 'openapi.json'];
    const { code, output } = await run(process.execPath, args, { cwd: folder, quiet: true, env: QUIET });
    const found = output.split('\n').filter((line) => /^\s*\d+:\d+\s+(?:error|warning)\b/.test(line));
    if (found.length > 0) return found.map((line) => `openapi.json ${line.trim()}`);
    return code === 0 ? [] : [tail(output)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lints the document of the built server. */
export async function checkOpenApi() {
  const { openApiDocument } = await import('../server/dist/adapters/http/openapi.js');
  return lintOpenApi(openApiDocument());
}

await runAsProgram(import.meta.url, checkOpenApi);
