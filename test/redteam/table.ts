/** One line of the result. */
export interface Row {
  readonly name: string;
  readonly expected: string;
  readonly found: string;
  readonly claimed: string;
  readonly measured: string;
  /** By how much the finding's beginning and end miss the truth, ms. */
  readonly off: string;
  readonly ok: boolean;
}

function print(title: string, head: readonly string[], lines: readonly (readonly string[])[]): void {
  const widths = head.map((word, column) =>
    Math.max(word.length, ...lines.map((line) => (line[column] ?? '').length)),
  );
  const text = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(`\n${title}\n${text(head)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const line of lines) console.log(text(line));
}

/** Prints cheat × expected × found, then the controls, then the sum. */
export function printTable(cheats: readonly Row[], controls: readonly Row[], tookMs: number): void {
  if (cheats.length > 0)
    print(
      'Cheats 作弊手段',
      ['', 'cheat', 'expected', 'found', 'claimed', 'measured', 'off by ms'],
      cheats.map((row) => [
        row.ok ? 'ok' : 'MISS',
        row.name,
        row.expected,
        row.found,
        row.claimed,
        row.measured,
        row.off,
      ]),
    );
  if (controls.length > 0)
    print(
      'Honest controls 诚实对照',
      ['', 'control', 'expected', 'found'],
      controls.map((row) => [row.ok ? 'ok' : 'MISS', row.name, row.expected, row.found]),
    );
  const found = cheats.filter(({ ok }) => ok).length;
  const valid = controls.filter(({ ok }) => ok).length;
  console.log(
    `\n${found} of ${cheats.length} cheats found, ${valid} of ${controls.length} controls valid, ${Math.round(tookMs / 1000)} s`,
  );
}
