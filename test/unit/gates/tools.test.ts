import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkBiome, checkPureProjects, checkTemplates, checkTypes } from '../../../scripts/gates/tools.mjs';
import { ROOT } from '../../../scripts/steps/project.mjs';
import { judge } from '../../support/tree.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const TOOLS = { tools: true };

describe('the Biome gate', () => {
  const config = { 'biome.json': read('biome.json'), '.gitignore': 'node_modules\n' };

  it('passes formatted code', async () => {
    const code = "import type { A } from './b.ts';\n\nexport const a: A = 1;\n";
    expect(await judge(checkBiome, { ...config, 'a.ts': code })).toEqual([]);
  });

  it.each([
    ['formatting', 'export const a = "1"\n', 'format'],
    ['any', 'export function f(a: any): string {\n  return a;\n}\n', 'noExplicitAny'],
    ['a non-null assertion', 'export const f = (a: string | null): string => a!;\n', 'noNonNullAssertion'],
    ['a default export', 'export default 1;\n', 'noDefaultExport'],
    ['a barrel', "export * from './b.ts';\n", 'noReExportAll'],
    ['an unused variable', 'const a = 1;\n', 'noUnusedVariables'],
  ])('names %s', async (_name, code, expected) => {
    const problems = await judge(checkBiome, { ...config, 'a.ts': code });
    expect(problems.join('\n')).toContain(expected);
  });
});

describe('the types gate', () => {
  const solution = {
    'package.json': '{ "type": "module" }',
    'tsconfig.base.json': read('tsconfig.base.json'),
    'tsconfig.json': '{ "files": [], "references": [{ "path": "part" }] }',
    'part/tsconfig.json':
      '{ "extends": "../tsconfig.base.json", "compilerOptions": { "rootDir": "src", "outDir": "dist" }, "include": ["src"] }',
    'part/src/b.ts': 'export const list: readonly number[] = [1];\n',
  };

  it('passes typed code', async () => {
    const code = "import { list } from './b.ts';\n\nexport const a: number | undefined = list[0];\n";
    expect(await judge(checkTypes, { ...solution, 'part/src/a.ts': code }, TOOLS)).toEqual([]);
  });

  it.each([
    ['a wrong type', "export const a: number = 'x';\n", 'TS2322'],
    ['an unchecked index', "import { list } from './b.ts';\nexport const a: number = list[0];\n", 'TS2322'],
    ['undefined given to an optional', 'export const a: { b?: 1 } = { b: undefined };\n', 'TS2375'],
    ['an export without a type', 'export const a = Math.max(1, 2);\n', 'TS9010'],
    ['an enum', 'export enum A {\n  b,\n}\n', 'TS1294'],
    ['a browser object', 'export const a: unknown = document;\n', 'TS2584'],
    ['a Node object', 'export const a: unknown = process;\n', 'TS2591'],
  ])('names %s', async (_name, code, expected) => {
    const problems = await judge(checkTypes, { ...solution, 'part/src/a.ts': code }, TOOLS);
    expect(problems.join('\n')).toContain(expected);
  });
});

describe('the pure projects gate', () => {
  const part = (extra: object): string =>
    JSON.stringify({
      compilerOptions: { target: 'ES2023', lib: ['ES2023'], types: [], ...extra },
      include: ['src'],
    });
  const good = {
    'protocol/tsconfig.json': part({}),
    'protocol/src/a.ts': 'export const a = 1;\n',
    'evidence/tsconfig.json': part({}),
    'evidence/src/a.ts': 'export const a = 1;\n',
    'server/tsconfig.core.json': part({}),
    'server/src/core/a.ts': 'export const a = 1;\n',
  };

  it('passes projects that know the language only', async () => {
    expect(await judge(checkPureProjects, good)).toEqual([]);
  });

  it.each([
    ['a wider lib', 'protocol/tsconfig.json', part({ lib: ['ES2023', 'DOM'] }), 'protocol: lib must be'],
    ['Node types', 'server/tsconfig.core.json', part({ types: ['node'] }), 'types must be []'],
    [
      'a clock in the core',
      'server/src/core/a.ts',
      'export const a: number = performance.now();\n',
      'TS2304',
    ],
  ])('names %s', async (_name, path, text, expected) => {
    const problems = await judge(checkPureProjects, { ...good, [path]: text }, TOOLS);
    expect(problems.join('\n')).toContain(expected);
  });
});

describe('the console types gate', () => {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'ESNext',
    moduleResolution: 'Bundler',
    types: [],
  };
  const lib = ['ES2023', 'DOM'];
  const config = JSON.stringify({
    compilerOptions: { ...compilerOptions, target: 'ES2023', lib },
    include: ['src'],
  });
  const page = (expression: string): string =>
    `<script setup lang="ts">\nconst shown = { title: 'x' };\n</script>\n<template><p>{{ ${expression} }}</p></template>\n`;

  it('passes a sound template', async () => {
    const files = { 'console/tsconfig.json': config, 'console/src/A.vue': page('shown.title') };
    expect(await judge(checkTemplates, files, TOOLS)).toEqual([]);
  });

  it('names an unknown member in a template', async () => {
    const files = { 'console/tsconfig.json': config, 'console/src/A.vue': page('shown.gone') };
    expect((await judge(checkTemplates, files, TOOLS)).join('\n')).toContain('TS2339');
  });

  it('fails without a project', async () => {
    expect(await judge(checkTemplates, {})).toEqual(['console/tsconfig.json: missing']);
  });
});
