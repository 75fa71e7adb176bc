import { describe, expect, it } from 'vitest';
import { checkDependencies } from '../../../scripts/check-dependencies.mjs';
import { checkErrorCodes } from '../../../scripts/check-error-codes.mjs';
import { checkWording } from '../../../scripts/check-wording.mjs';
import { judge } from '../../support/tree.ts';

const CODES = "export const ERROR_CODES = ['a-b', 'c'] as const;\n";
const ROWS = '| code | meaning |\n|---|---|\n| `a-b` | x |\n| `c` | y |\n';

describe('the error codes gate', () => {
  const source = { 'protocol/src/errors.ts': CODES };

  it('passes when each code is explained once', async () => {
    expect(await judge(checkErrorCodes, { ...source, 'docs/errors.md': ROWS })).toEqual([]);
  });

  it.each([
    ['a code without explanation', '| `c` | y |\n', '`a-b` is not explained'],
    ['an explanation without a code', `${ROWS}| \`gone\` | z |\n`, '`gone` is no error code'],
    ['two explanations', `${ROWS}| \`c\` | z |\n`, '`c` is explained twice'],
  ])('names %s', async (_name, docs, expected) => {
    const problems = await judge(checkErrorCodes, { ...source, 'docs/errors.md': docs });
    expect(problems.join('\n')).toContain(expected);
  });

  it('fails without the page, and without the list', async () => {
    expect(await judge(checkErrorCodes, source)).toEqual(['docs/errors.md: missing']);
    const empty = { 'protocol/src/errors.ts': 'export const OTHER = 1;\n', 'docs/errors.md': '' };
    expect(await judge(checkErrorCodes, empty)).toHaveLength(1);
  });
});

describe('the dependencies gate', () => {
  const manifest = (version: string) =>
    JSON.stringify({ engines: { node: '>=20.19' }, dependencies: { a: version } });
  const lock = (version: string, entry: object) =>
    JSON.stringify({ packages: { '': { dependencies: { a: version } }, 'node_modules/a': entry } });
  const npmrc = 'ignore-scripts=true\nsave-exact=true\nomit-lockfile-registry-resolved=true\n';
  const good = {
    'package.json': manifest('1.2.3'),
    'package-lock.json': lock('1.2.3', { version: '1.2.3', integrity: 'sha512-x' }),
    '.npmrc': npmrc,
  };

  it('passes exact pins and a lock file without addresses', async () => {
    expect(await judge(checkDependencies, good)).toEqual([]);
  });

  it.each([
    ['a range', { 'package.json': manifest('^1.2.3') }, 'is not an exact version'],
    ['a tag', { 'package.json': manifest('latest') }, 'is not an exact version'],
    ['a lock file out of step', { 'package.json': manifest('1.2.4') }, 'out of step'],
    ['no engines', { 'package.json': '{}' }, 'engines.node is missing'],
    [
      'a download address',
      {
        'package-lock.json': lock('1.2.3', { integrity: 'sha512-x', resolved: 'https://host.example/a.tgz' }),
      },
      'names a download address',
    ],
    ['no hash', { 'package-lock.json': lock('1.2.3', { version: '1.2.3' }) }, 'no integrity hash'],
    [
      'install scripts',
      { '.npmrc': npmrc.replace('ignore-scripts=true', '') },
      'ignore-scripts=true is missing',
    ],
  ])('names %s', async (_name, change, expected) => {
    const problems = await judge(checkDependencies, { ...good, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('fails without a lock file', async () => {
    const problems = await judge(checkDependencies, { '.npmrc': npmrc });
    expect(problems).toEqual(['package-lock.json: missing or empty']);
  });
});

/** Put together here, so that this file passes the gate that it tests. */
const glue = (...parts: readonly string[]): string => parts.join('');

describe('the wording gate', () => {
  it('passes finished work', async () => {
    const files = {
      'a.ts': "// why\nexport const url = 'https://host.example/work/x';\n",
      'A.vue': '<n-input placeholder="Access key" />\n',
      'a.test.ts': "it.skipIf(missing)('x', () => {});\n",
      'b.md': 'See [the work](docs/work/plan.md).\n',
    };
    expect(await judge(checkWording, files)).toEqual([]);
  });

  it.each([
    ['a.ts', glue('// TO', 'DO later'), 'unfinished work'],
    ['a.md', glue('FIX', 'ME'), 'unfinished work'],
    ['a.ts', glue('throw new Error("not yet ', 'implemented");'), 'unfinished work'],
    ['a.ts', glue('// a place', 'holder'), 'unfinished work'],
    ['a.test.ts', glue('it', ".skip('x', () => {});"), 'a test switched off'],
    ['a.test.ts', glue('describe', ".only('x', () => {});"), 'a test switched off'],
    ['a.ts', glue('debug', 'ger;'), 'a stop for debugging'],
    ['a.md', glue('see /wo', 'rk/main/x'), 'a path of one machine'],
    ['a.mjs', glue("const a = '/ro", "ot/x';"), 'a path of one machine'],
    ['a.json', glue('"/ho', 'me/anna/x"'), 'a path of one machine'],
  ])('names in %s: %s', async (path, line, expected) => {
    const problems = await judge(checkWording, { [path]: `\n${line}\n` });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${path}:2 holds ${expected}`);
  });
});
