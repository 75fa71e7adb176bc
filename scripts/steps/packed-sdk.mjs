/** The SDK as it is published: built with its declarations into a folder of its own, apart from the one that is being served. */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainError, ROOT, run, tail } from './project.mjs';

/** Files that are published beside the built ones. */
const BESIDE = ['package.json', 'README.md', 'api.md'];

/**
 * Lays the package out in a fresh folder; `stop` removes it.
 * @param {string} [root] of the tree that is packed
 * @returns {Promise<{ folder: string, stop: () => void }>}
 */
export async function layOutSdk(root = ROOT) {
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-sdk-'));
  const stop = () => rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'dist'));
  for (const name of BESIDE)
    if (existsSync(join(root, 'client-sdk', name)))
      copyFileSync(join(root, 'client-sdk', name), join(folder, name));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const build = ['scripts/build-sdk.mjs', '--types', '--out', join(folder, 'dist')];
  const { code, output } = await run(process.execPath, build, { cwd: root, quiet: true });
  if (code === 0) return { folder, stop };
  stop();
  throw new PlainError('the SDK could not be built', tail(output));
}

/** Packs a laid-out package; returns the tarball's path. @param {string} folder */
export async function packSdk(folder) {
  const pack = ['pack', '--ignore-scripts', '--userconfig=/dev/null'];
  const { code, output } = await run('npm', pack, { cwd: folder, quiet: true });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (code !== 0 || tarball === undefined) throw new PlainError('the SDK could not be packed', tail(output));
  return join(folder, tarball);
}
