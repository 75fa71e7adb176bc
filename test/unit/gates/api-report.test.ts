import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { composeReport } from '../../../scripts/check-api-report.mjs';

const folder = mkdtempSync(join(tmpdir(), 'zhenxue-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reportOf(declarations: string): string {
  const manifest = {
    name: 'sdk',
    exports: { '.': { types: './a.d.mts', default: './a.mjs' }, './b.js': './b.js' },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'a.d.mts'), declarations);
  return composeReport(folder);
}

it('shows the declarations of every entry that has some', () => {
  const report = reportOf('//#region a\n/** What. */\ndeclare const a: 1;\n//#endregion\nexport { a };\n');
  expect(report).toContain('## `sdk`');
  expect(report).toContain('/** What. */\ndeclare const a: 1;\nexport { a };');
  expect(report).not.toContain('region');
  expect(report.match(/^## /gm)).toHaveLength(1);
});

it('does not change with the order of declarations, but with any of their words', () => {
  const [one, two] = ['interface One { readonly a: number }', 'type Two = One;'];
  const report = reportOf(`${one}\n${two}\nexport type { One, Two };\n`);
  expect(reportOf(`${two}\n${one}\nexport type { One, Two };\n`)).toBe(report);
  expect(reportOf(`${one.replace('number', 'string')}\n${two}\nexport type { One, Two };\n`)).not.toBe(
    report,
  );
});
