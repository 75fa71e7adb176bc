/**
 * Two changes to FerretDB 1.24's SQLite backend, without which two servers with some hundred learners are too much for it.
 *
 * Questions: it hands SQLite a condition only when the filter is an `_id` alone; with anything beside it every
 * document is read and parsed, and one summary of five hundred costs 300 ms. This change lets equality with a text use the
 * index that the program made, as MongoDB does. FerretDB still applies the whole filter to what comes back.
 *
 * Writes: its transactions all try for SQLite's one lock and sleep between tries, so under load a few wait for half a minute.
 * Now they wait in a queue before they begin.
 */
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const QUESTIONS = join('internal', 'backends', 'sqlite', 'collection.go');
const WRITES = join('internal', 'util', 'fsql', 'db.go');

const BEGIN = '\tif sqlTx, err = db.sqlDB.BeginTx(ctx, nil); err != nil {';
const IMPORTS = '\t"log/slog"\n\t"time"\n';
const WRAPS = '// DB wraps ';

/** The first one, in `Query`; `Explain` keeps its own. */
const BEFORE = `	if params.Filter.Len() == 1 {
		v, _ := params.Filter.Get("_id")
		switch v.(type) {
		case string, types.ObjectID:
			whereClause = fmt.Sprintf(\` WHERE %s = ?\`, metadata.IDColumn)
			args = []any{string(must.NotFail(sjson.MarshalSingleValue(v)))}
		}
	}
`;

const AFTER = `	if params.Filter.Len() > 0 {
		for _, k := range params.Filter.Keys() {
			v, _ := params.Filter.Get(k)
			column := metadata.IDColumn
			if k != "_id" {
				// Field by field as the index was made; nested names and operators stay with the filter.
				if _, ok := v.(string); !ok || k[0] == '$' || strings.ContainsAny(k, ".\\"") {
					continue
				}
				column = fmt.Sprintf("%s->%q", metadata.DefaultColumn, k)
			}
			switch v.(type) {
			case string, types.ObjectID:
				if whereClause == "" {
					whereClause = " WHERE"
				} else {
					whereClause += " AND"
				}
				whereClause += fmt.Sprintf(" %s = ?", column)
				args = append(args, string(must.NotFail(sjson.MarshalSingleValue(v))))
			}
		}
	}
`;

/** @param {string} folder */
function makeWritable(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeWritable(path);
    else chmodSync(path, 0o644);
  }
}

/** @param {string} file @param {readonly (readonly [string, string])[]} changes each made once */
function change(file, changes) {
  let source = readFileSync(file, 'utf8');
  for (const [before, after] of changes) {
    if (!source.includes(before)) throw new Error(`${file}: expected the source of FerretDB 1.24`);
    source = source.replace(before, () => after);
  }
  writeFileSync(file, source);
}

/**
 * Copies FerretDB's source and changes it.
 * @param {string} from its folder in Go's cache @param {string} to
 * @throws {Error} when the source is not the one that the changes were made for
 */
export function copyChanged(from, to) {
  cpSync(from, to, { recursive: true });
  makeWritable(to);
  change(join(to, QUESTIONS), [[BEFORE, AFTER]]);
  change(join(to, WRITES), [
    [IMPORTS, '\t"log/slog"\n\t"sync"\n\t"time"\n'],
    [WRAPS, `// writing is held by the transaction under way.\nvar writing sync.Mutex\n\n${WRAPS}`],
    [BEGIN, `\twriting.Lock()\n\tdefer writing.Unlock()\n\n${BEGIN}`],
  ]);
}
