import { describe, expect, it } from 'vitest';
import { checkExports } from '../../../scripts/check-exports.mjs';
import { judge } from '../../support/tree.ts';

const BAD: readonly (readonly [code: string, expected: string])[] = [
  ["export * from './b.ts';", 'exports everything'],
  ["export * as b from './b.ts';", 'exports everything'],
  ['export default 1;', 'default export'],
  ['export default function f() {}', 'default export'],
  ['export default class A {}', 'default export'],
  ['const a = 1;export { a as default };', 'default export'],
];

describe('the exports gate', () => {
  it('passes named, listed exports, and default exports where tools need them', async () => {
    const files = {
      'a.ts': "export const a = 1;\nexport { b } from './b.ts';\n",
      'vitest.config.ts': 'export default {};\n',
      'A.vue': '<script lang="ts">\nexport default {};\n</script>\n',
    };
    expect(await judge(checkExports, files)).toEqual([]);
  });

  it.each(BAD)('refuses %s', async (code, expected) => {
    const problems = await judge(checkExports, { 'src/a.ts': `${code}\n` });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it.each(['src/utils/a.ts', 'src/common.ts', 'test/helpers/a.ts', 'src/string.utils/a.ts'])(
    'looks at the words of %s',
    async (path) => {
      const problems = await judge(checkExports, { [path]: 'export const a = 1;\n' });
      expect(problems.length).toBe(path.includes('string.utils') ? 0 : 1);
    },
  );
});
