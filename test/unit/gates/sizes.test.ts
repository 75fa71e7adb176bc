import { describe, expect, it } from 'vitest';
import { checkSizes, FILE_LINES_MAX, FUNCTION_LINES_MAX } from '../../../scripts/check-sizes.mjs';
import { judge } from '../../support/tree.ts';

/** A function of exactly `lines` lines. */
function functionOf(lines: number): string {
  return `function long() {\n${'  a();\n'.repeat(lines - 2)}}\n`;
}

describe('the sizes gate', () => {
  it('passes functions and files at the limit', async () => {
    const files = { 'a.ts': functionOf(FUNCTION_LINES_MAX), 'b.mjs': 'a();\n'.repeat(FILE_LINES_MAX) };
    expect(await judge(checkSizes, files)).toEqual([]);
  });

  it.each(['a.ts', 'a.mjs'])('names a function that is one line too long in %s', async (path) => {
    const problems = await judge(checkSizes, { [path]: functionOf(FUNCTION_LINES_MAX + 1) });
    expect(problems).toEqual([`${path}:1 long: 71 lines, at most 70`]);
  });

  it('names long arrow functions and methods by their line', async () => {
    const body = '  a();\n'.repeat(FUNCTION_LINES_MAX);
    const arrow = await judge(checkSizes, { 'a.ts': `\nconst f = () => {\n${body}};\n` });
    expect(arrow).toEqual(['a.ts:2 f: 72 lines, at most 70']);
    const method = await judge(checkSizes, { 'a.ts': `class A {\n  m() {\n${body}  }\n}\n` });
    expect(method).toEqual(['a.ts:2 m: 72 lines, at most 70']);
  });

  it('measures the script of a component at its own lines', async () => {
    const vue = `<template>\n  <p>x</p>\n</template>\n<script setup lang="ts">\n${functionOf(71)}</script>\n`;
    expect(await judge(checkSizes, { 'A.vue': vue })).toEqual(['A.vue:5 long: 71 lines, at most 70']);
  });

  it.each(['a.ts', 'a.vue', 'a.mjs'])('names a file that is one line too long: %s', async (path) => {
    const problems = await judge(checkSizes, { [path]: '// a\n'.repeat(FILE_LINES_MAX + 1) });
    expect(problems).toEqual([`${path}: 401 lines, at most 400`]);
  });

  it('measures the tests inside of a suite, not the suite', async () => {
    const inner = 'a();\n'.repeat(FUNCTION_LINES_MAX);
    expect(await judge(checkSizes, { 'a.ts': `describe('x', () => {\n${inner}});\n` })).toEqual([]);
    const problems = await judge(checkSizes, {
      'a.ts': `describe('x', () => {\nit('y', () => {\n${inner}});\n});\n`,
    });
    expect(problems).toHaveLength(1);
  });
});
