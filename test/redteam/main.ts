/**
 * `npm run redteam [-- name …]`: every cheat of the gallery and every honest control against the real server and the real SDK in
 * a real Chromium; prints cheat × expected × found. Exit code 1 when anything was missed or anybody honest was accused.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionDetail } from '@zhenxue/protocol';
import { until } from '../support/person.ts';
import type { CheatCase, ControlCase, Truth } from './case.ts';
import { browserCheats } from './cheats.ts';
import { CONTROLS } from './controls.ts';
import { FORGED } from './forged.ts';
import { openStage, type Stage } from './stage.ts';
import { printTable, type Row } from './table.ts';

/** Cases at a time. */
const AT_ONCE = Number(process.env.ZHENXUE_REDTEAM_AT_ONCE ?? cpus().length * 2 + 1);

/** Ms that one case may take: an honest lesson with everything that disturbs it, and a cheat with its warm-up. */
const CONTROL_MS = 330_000;
const CHEAT_MS = 150_000;

/** Ms that a finding may come after the cheat. */
const FOUND_MS = 12_000;

/** Ms by which a finding's interval may differ from the truth. */
const EXACT_MS = 1_000;

/** Credited ms below which nothing worth having was credited: what was played before the cheat began, and one beat. */
const NO_CREDIT_MS = 8_000;

/** A still picture as a camera would give it, in the format that Chromium's fake device plays. */
function stillFilm(folder: string): string {
  const [width, height] = [320, 240];
  const frame = Buffer.alloc((width * height * 3) / 2, 128);
  for (let i = 0; i < width * height; i += 1) frame[i] = 40 + ((i * 7) % 170);
  const file = join(folder, 'still.y4m');
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1\nFRAME\n`), frame]),
  );
  return file;
}

function near(actual: number, truth: number | null): boolean {
  return truth === null || Math.abs(actual - truth) <= EXACT_MS;
}

async function sittingOrNull(ask: () => Promise<SessionDetail>): Promise<SessionDetail | null> {
  return ask().catch(() => null);
}

function matching(sitting: SessionDetail | null, cheat: CheatCase) {
  const { expected } = cheat;
  if (typeof expected === 'string') return undefined;
  return sitting?.verdict.findings.find(
    ({ rule, kind, severity, reason }) =>
      rule === expected.rule &&
      expected.kinds.includes(kind) &&
      severity === expected.severity &&
      (expected.says === undefined || expected.says.test(reason.en)),
  );
}

function describe(sitting: SessionDetail | null): string {
  if (sitting === null) return 'no sitting';
  const found = sitting.verdict.findings.map(
    ({ severity, kind, claimed, measured }) => `${severity} ${kind} ${claimed}/${measured}`,
  );
  return `${sitting.outcome}, ${sitting.creditedMs} ms; ${found.join(', ') || 'nothing'}`;
}

/** Every kind that was found, the expected one among them. */
function kindsIn(sitting: SessionDetail | null): string {
  const kinds = sitting?.verdict.findings.map(({ rule, kind }) => `${rule}/${kind}`) ?? [];
  return [...new Set(kinds)].join(', ');
}

async function judge(cheat: CheatCase, truth: Truth, ask: () => Promise<SessionDetail>): Promise<Row> {
  const { name, expected } = cheat;
  if (typeof expected === 'string') {
    const sitting = await sittingOrNull(ask);
    const ok =
      expected === 'no sitting'
        ? sitting === null
        : sitting !== null && sitting.outcome !== 'valid' && sitting.creditedMs <= NO_CREDIT_MS;
    return { name, expected, found: describe(sitting), claimed: '', measured: '', off: '', ok };
  }
  const wanted = `${expected.rule}/${expected.kinds[0]} (${expected.severity})`;
  const sitting = await until(
    () => sittingOrNull(ask),
    (seen) => matching(seen, cheat) !== undefined,
    FOUND_MS,
  ).catch(() => sittingOrNull(ask));
  const finding = matching(sitting, cheat);
  if (finding === undefined)
    return {
      name,
      expected: wanted,
      found: describe(sitting),
      claimed: '',
      measured: '',
      off: '',
      ok: false,
    };
  const { span, claimed, measured } = finding;
  const tellsBoth = expected.both !== true || (claimed !== null && measured !== null);
  const spans = sitting?.verdict.findings.filter((other) => expected.kinds.includes(other.kind)) ?? [];
  const toAt = Math.max(...spans.map((other) => other.span.toAt));
  const off = [
    truth.from === null ? '' : `${span.fromAt - truth.from}`,
    truth.to === null ? '' : `${toAt - truth.to}`,
  ];
  return {
    name,
    expected: wanted,
    found: kindsIn(sitting),
    claimed: String(claimed ?? '–'),
    measured: String(measured ?? '–'),
    off: off.join(' / '),
    ok: near(span.fromAt, truth.from) && near(toAt, truth.to) && tellsBoth,
  };
}

async function runCheat(stage: Stage, cheat: CheatCase, learner: string): Promise<Row> {
  const { seat, leave } = await stage.seat(learner, cheat);
  try {
    const truth = await cheat.run(seat, stage);
    return await judge(cheat, truth, () => seat.sitting());
  } finally {
    await leave().catch(() => undefined);
  }
}

async function runControl(stage: Stage, control: ControlCase, learner: string): Promise<Row> {
  const { seat, leave } = await stage.seat(learner, control);
  try {
    let fault = '';
    await control.run(seat).catch((error: unknown) => {
      fault = error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 120) : 'failed';
    });
    const sitting = await sittingOrNull(() => seat.sitting());
    const ok = sitting?.outcome === 'valid';
    const found = ok ? describe(sitting) : `${describe(sitting)} ${fault}`;
    return { name: control.name, expected: 'valid', found, claimed: '', measured: '', off: '', ok };
  } finally {
    await leave().catch(() => undefined);
  }
}

async function inTurn(jobs: readonly (() => Promise<Row>)[], atOnce: number): Promise<Row[]> {
  const rows: Row[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let mine = next++; mine < jobs.length; mine = next++) {
      const row = await jobs[mine]?.();
      if (row === undefined) continue;
      rows[mine] = row;
      const off = row.off === '' ? '' : `, off by ${row.off} ms`;
      console.log(`${row.ok ? 'ok  ' : 'MISS'} ${row.name}: ${row.found}${off}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return rows;
}

/** A case that hangs is a miss, not a hanging run. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`expected it to be over within ${ms / 1_000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function failed(name: string, expected: string, error: unknown): Row {
  const found = error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 160) : 'failed';
  return { name, expected, found, claimed: '', measured: '', off: '', ok: false };
}

async function main(words: readonly string[]): Promise<number> {
  const wanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));
  const folder = mkdtempSync(join(tmpdir(), 'zhenxue-redteam-'));
  const cheats = [...browserCheats(stillFilm(folder)), ...FORGED].filter(({ name }) => wanted(name));
  const controls = CONTROLS.filter(({ name }) => wanted(name));
  const began = Date.now();
  const stage = await openStage();
  try {
    const jobs = [
      // The longest ones first.
      ...controls.map(
        (control, index) => () =>
          within(CONTROL_MS, runControl(stage, control, `honest-${index}`)).catch((error) =>
            failed(control.name, 'valid', error),
          ),
      ),
      ...cheats.map(
        (cheat, index) => () =>
          within(CHEAT_MS, runCheat(stage, cheat, `cheat-${index}`)).catch((error) =>
            failed(cheat.name, 'a finding', error),
          ),
      ),
    ];
    const rows = await inTurn(jobs, AT_ONCE);
    printTable(rows.slice(controls.length), rows.slice(0, controls.length), Date.now() - began);
    return rows.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
