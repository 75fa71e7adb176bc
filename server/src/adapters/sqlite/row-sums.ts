/**
 * A checksum beside every row that no hash chain protects: platforms, courses, keys, tickets, bans and whatever table comes.
 * Sittings, records, archives, seeds and findings need none: `fsck` derives them again from the chained records. The sums are kept by
 * temporary triggers of the writing connection, so that no statement has to think of them.
 */
import { createHash } from 'node:crypto';
import type { Database, Row } from './database.ts';

/** Tables that are derived from the chained records, or are the sums themselves. */
const DERIVED: ReadonlySet<string> = new Set([
  'sessions',
  'records',
  'archives',
  'seeds',
  'findings',
  'row_sums',
]);

/** Bytes of a sum: enough against chance; it is no protection against a forger, who could write a new sum. */
const SUM_BYTES = 16;

/** SQL of the table of sums. */
export const ROW_SUMS = `CREATE TABLE row_sums (
  tbl TEXT NOT NULL,
  key TEXT NOT NULL,
  sum BLOB NOT NULL,
  PRIMARY KEY (tbl, key)
) STRICT, WITHOUT ROWID`;

type Value = string | number | bigint | null | Uint8Array;

function textOf(value: Value): string {
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('base64')}`;
  return value === null ? 'n' : `${typeof value === 'string' ? 's' : 'i'}${value}`;
}

function sumOf(...values: readonly Value[]): Uint8Array {
  const text = JSON.stringify(values.map(textOf));
  return createHash('sha256').update(text).digest().subarray(0, SUM_BYTES);
}

interface Summed {
  readonly table: string;
  readonly columns: readonly string[];
  readonly keys: readonly string[];
}

function summedTables(db: Database): readonly Summed[] {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all() as Row[];
  return names
    .map((row) => row.name as string)
    .filter((name) => !DERIVED.has(name))
    .map((table) => {
      const info = db.prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid').all(table) as Row[];
      const columns = info.map((row) => row.name as string);
      const keys = info.filter((row) => row.pk !== 0).map((row) => row.name as string);
      return { table, columns, keys: keys.length === 0 ? ['rowid'] : keys };
    });
}

/** Key and sum of one row as SQL, `row` being `NEW.`, `OLD.` or nothing. */
function keySql({ keys }: Summed, row: string): string {
  return `json_array(${keys.map((name) => row + name).join(', ')})`;
}

function sumSql({ table, columns }: Summed, row: string): string {
  return `row_sum('${table}', ${columns.map((name) => row + name).join(', ')})`;
}

function addTriggers(db: Database, summed: Summed): void {
  const { table } = summed;
  const add = `INSERT INTO row_sums (tbl, key, sum) VALUES ('${table}', ${keySql(summed, 'NEW.')}, ${sumSql(summed, 'NEW.')});`;
  const drop = `DELETE FROM row_sums WHERE tbl = '${table}' AND key = ${keySql(summed, 'OLD.')};`;
  const trigger = (act: string, body: string) =>
    db.exec(`CREATE TEMP TRIGGER sum_${act}_${table} AFTER ${act} ON main.${table} BEGIN ${body} END`);
  trigger('INSERT', add);
  trigger('UPDATE', drop + add);
  trigger('DELETE', drop);
}

function addFunction(db: Database): void {
  db.function('row_sum', { varargs: true, deterministic: true }, sumOf as (...values: unknown[]) => unknown);
}

/** Keeps the sums from here on; rows of a store from before there were sums get theirs now. */
export function keepRowSums(db: Database): void {
  addFunction(db);
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'row_sums'").get();
  const tables = summedTables(db);
  if (there === undefined) {
    db.exec(`BEGIN IMMEDIATE; ${ROW_SUMS}`);
    for (const summed of tables) {
      const row = `'${summed.table}', ${keySql(summed, '')}, ${sumSql(summed, '')}`;
      db.exec(`INSERT INTO row_sums (tbl, key, sum) SELECT ${row} FROM ${summed.table}`);
    }
    db.exec('COMMIT');
  }
  for (const summed of tables) addTriggers(db, summed);
}

/** Key and sum of every row as it is read back, computed here: the driver's functions crash on values that a damaged file brings. */
function sumsOf(db: Database, summed: Summed): readonly { readonly key: string; readonly sum: Uint8Array }[] {
  const { table, columns } = summed;
  const names = columns.join(', ');
  const statement = db.prepare(`SELECT ${keySql(summed, '')} AS row_key, ${names} FROM ${table}`);
  statement.setReadBigInts(true);
  return (statement.all() as Record<string, Value>[]).map((row) => ({
    key: String(row.row_key),
    sum: sumOf(table, ...columns.map((name) => row[name] ?? null)),
  }));
}

/** Compares every row with its sum. @returns what does not agree, the first of each table. */
export function checkRowSums(db: Database): readonly string[] {
  const problems: string[] = [];
  const stored = db.prepare('SELECT sum FROM row_sums WHERE tbl = ? AND key = ?');
  let sums = 0;
  for (const summed of summedTables(db)) {
    const { table } = summed;
    const rows = sumsOf(db, summed);
    sums += rows.length;
    const bad = rows.find(({ key, sum }) => {
      const kept = (stored.get(table, key) as Row | undefined)?.sum;
      return !(kept instanceof Uint8Array) || Buffer.compare(kept, sum) !== 0;
    });
    if (bad !== undefined) problems.push(`${table} ${bad.key}: the row is not the one that was written`);
  }
  const kept = (db.prepare('SELECT count(*) AS n FROM row_sums').get() as Row).n as number;
  if (problems.length === 0 && kept !== sums) problems.push(`expected ${kept} summed rows, got ${sums}`);
  return problems;
}
