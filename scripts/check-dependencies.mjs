/** Gate: dependencies are pinned exactly, the lock file agrees and names no download address, installs run no scripts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, readText, runAsProgram } from './gates/sources.mjs';

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'];
const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** @param {string} root @param {string} path @param {Record<string, Record<string, string>> | undefined} locked */
function checkManifest(root, path, locked) {
  const problems = [];
  const manifest = JSON.parse(readText(root, path));
  if (manifest.engines?.node === undefined) problems.push(`${path}: engines.node is missing`);
  for (const kind of KINDS) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
      if (!EXACT.test(String(version)))
        problems.push(`${path}: ${name} "${version}" is not an exact version`);
      else if (locked !== undefined && locked[kind]?.[name] !== version)
        problems.push(`package-lock.json: ${name} of ${path} is out of step (npm install)`);
    }
  }
  return problems;
}

/** @param {string} root @returns {Record<string, any>} */
function lockedPackages(root) {
  return existsSync(join(root, 'package-lock.json'))
    ? (JSON.parse(readText(root, 'package-lock.json')).packages ?? {})
    : {};
}

/** What is not pinned, one line each. @param {string} root */
export function checkDependencies(root) {
  const problems = [];
  const locked = lockedPackages(root);
  for (const path of listFiles(root).filter((file) => /(?:^|\/)package\.json$/.test(file)))
    problems.push(
      ...checkManifest(
        root,
        path,
        locked[path === 'package.json' ? '' : path.slice(0, -'/package.json'.length)],
      ),
    );
  if (Object.keys(locked).length === 0) problems.push('package-lock.json: missing or empty');
  for (const [name, entry] of Object.entries(locked)) {
    if (typeof entry.resolved === 'string' && /^[a-z+]+:/.test(entry.resolved))
      problems.push(`package-lock.json: ${name} names a download address`);
    if (
      name.includes('node_modules/') &&
      entry.link !== true &&
      entry.inBundle !== true &&
      entry.integrity === undefined
    )
      problems.push(`package-lock.json: ${name} has no integrity hash`);
  }
  const npmrc = existsSync(join(root, '.npmrc')) ? readText(root, '.npmrc') : '';
  for (const line of ['ignore-scripts=true', 'save-exact=true', 'omit-lockfile-registry-resolved=true'])
    if (!npmrc.split('\n').includes(line)) problems.push(`.npmrc: ${line} is missing`);
  return problems;
}

await runAsProgram(import.meta.url, checkDependencies);
