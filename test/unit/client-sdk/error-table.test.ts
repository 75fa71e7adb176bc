/** The numbered errors, and the page of the documentation that is written from them (`ZHENXUE_WRITE_DOCS=1` writes it anew). */
import { readFileSync, writeFileSync } from 'node:fs';
import { ERROR_CODES } from '@zhenxue/protocol';
import { expect, test } from 'vitest';
import { CLIENT_CODES, MonitorError } from '../../../client-sdk/src/core/errors.ts';
import { ERROR_TABLE, errorEntry } from '../../../client-sdk/src/errors/table.ts';

const PAGE = new URL('../../../docs/integration/errors.md', import.meta.url);

const HEAD = `# Numbered errors · 错误编号

What \`start()\` rejects with and the \`error\` event carries: \`error.code\` below, \`error.text\` for the learner. The whole table is
exported as \`ERROR_TABLE\` of \`@zhenxue/client-sdk/errors\`; numbers never change their meaning.

监测器抛出的错误均列于下表，编号一经发布不再改变含义；“告诉学员”一栏可直接展示。

| no. | code | tell the learner · 告诉学员 | what the page does · 平台处理 |
|---|---|---|---|
`;

function page(): string {
  const rows = ERROR_TABLE.map(
    ({ number, code, learner, page: own }) =>
      `| ${number} | \`${code}\` | ${learner.en} ${learner.zh} | ${own.en} ${own.zh} |\n`,
  );
  return HEAD + rows.join('');
}

if (process.env.ZHENXUE_WRITE_DOCS === '1') writeFileSync(PAGE, page());

test('every code has a number of its own', () => {
  expect(ERROR_TABLE.map(({ code }) => code).sort()).toEqual(
    [...new Set([...ERROR_CODES, ...CLIENT_CODES])].sort(),
  );
  expect(new Set(ERROR_TABLE.map(({ number }) => number)).size).toBe(ERROR_TABLE.length);
});

test('what a MonitorError tells the learner does not contradict the table', () => {
  for (const code of ['second-tab', 'unreachable', 'ticket-failed', 'session-ended'] as const)
    expect(new MonitorError(code).text).toEqual(errorEntry(code)?.learner);
  expect(errorEntry('of-a-newer-server')).toBeUndefined();
});

test('the documentation shows the table as it is', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});
