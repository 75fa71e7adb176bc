import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  CORE_BYTES_MAX,
  checkSdkSize,
  measureSdk,
  PART_BYTES_MAX,
} from '../../../scripts/check-sdk-size.mjs';
import { judge, makeTree, type Tree } from '../../support/tree.ts';

const DIST = 'client-sdk/dist';

/** Text that gzip cannot make smaller than about three quarters. */
function dense(bytes: number): string {
  let text = '';
  for (let i = 0; text.length < bytes; i += 1)
    text += createHash('sha256').update(String(i)).digest('base64');
  return `/*${text.slice(0, bytes)}*/`;
}

describe('the SDK size gate', () => {
  const trees: Tree[] = [];
  afterEach(() => {
    for (const tree of trees.splice(0)) tree.stop();
  });

  it('passes a small SDK', async () => {
    const files = { [`${DIST}/zhenxue.mjs`]: dense(9_000), [`${DIST}/zhenxue.js`]: dense(9_000) };
    expect(await judge(checkSdkSize, files)).toEqual([]);
  });

  it('fails when nothing was built', async () => {
    expect(await judge(checkSdkSize, {})).toEqual([`${DIST}: not built (npm run build)`]);
  });

  it('names a core that is too big', async () => {
    const files = { [`${DIST}/zhenxue.mjs`]: dense(CORE_BYTES_MAX * 2), [`${DIST}/zhenxue.js`]: 'a();' };
    expect((await judge(checkSdkSize, files)).join()).toContain('client-sdk core');
  });

  it('counts what the core loads at once to the core, what a part loads on demand to that part', () => {
    const tree = makeTree({
      [`${DIST}/zhenxue.mjs`]: 'import{a}from"./shared-1.mjs";const b=()=>import("./zhenxue-screen-1.mjs");',
      [`${DIST}/shared-1.mjs`]: dense(4_000),
      [`${DIST}/zhenxue-screen-1.mjs`]: `import{a}from"./shared-1.mjs";import("./zhenxue-camera-1.mjs");${dense(1_000)}`,
      [`${DIST}/zhenxue-camera-1.mjs`]: `import{a}from"./zhenxue-screen-1.mjs";import"./zhenxue-layer-1.mjs";`,
      [`${DIST}/zhenxue-layer-1.mjs`]: dense(2_000),
      [`${DIST}/zhenxue.js`]: 'a();',
    });
    trees.push(tree);
    const size = measureSdk(join(tree.root, DIST));
    expect(size.core).toBeGreaterThan(2_500);
    expect([...size.parts.keys()]).toEqual(['screen', 'camera']);
    expect(size.parts.get('screen')).toBeGreaterThan(500);
    expect(size.parts.get('screen')).toBeLessThan(1_500);
    expect(size.parts.get('camera')).toBeGreaterThan(1_500);
  });

  it('names a part and a script-tag build that are too big', async () => {
    const problems = await judge(checkSdkSize, {
      [`${DIST}/zhenxue.mjs`]: 'const b=()=>import("./zhenxue-camera-1.mjs");',
      [`${DIST}/zhenxue-camera-1.mjs`]: dense(PART_BYTES_MAX * 2),
      [`${DIST}/zhenxue.js`]: dense(60_000),
    });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('camera part');
    expect(problems[1]).toContain('script-tag build');
  });
});
