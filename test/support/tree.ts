/** Small source trees for the tests of the gates. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../scripts/steps/project.mjs';

/** A tree on disk. */
export interface Tree {
  readonly root: string;
  /** Removes it. */
  stop(): void;
}

/**
 * Writes a tree into a fresh temporary folder.
 * @param files text by path
 * @param options `tools`: the project's packages can be resolved from it
 */
export function makeTree(
  files: Readonly<Record<string, string>>,
  options: { readonly tools?: boolean } = {},
): Tree {
  const root = mkdtempSync(join(tmpdir(), 'zhenxue-tree-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (options.tools === true) symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'dir');
  return { root, stop: () => rmSync(root, { recursive: true, force: true }) };
}

/** What a gate says about a tree that exists only meanwhile. */
export async function judge(
  gate: (root: string) => Promise<string[]> | string[],
  files: Readonly<Record<string, string>>,
  options: { readonly tools?: boolean } = {},
): Promise<string[]> {
  const tree = makeTree(files, options);
  try {
    return await gate(tree.root);
  } finally {
    tree.stop();
  }
}
