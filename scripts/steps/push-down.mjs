/**
 * FerretDB 1.24's SQLite backend hands SQLite a condition only when the filter is an `_id` alone; with anything beside it every
 * document is read and parsed, and one summary of five hundred costs 300 ms. This change lets equality with a text use the
 * index that the program made, as MongoDB does. FerretDB still applies the whole filter to what comes back.
 */
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join('internal', 'backends', 'sqlite', 'collection.go');

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

/**
 * Copies FerretDB's source and changes it.
 * @param {string} from its folder in Go's cache @param {string} to
 * @throws {Error} when the source is not the one that the change was made for
 */
export function copyWithPushDown(from, to) {
  cpSync(from, to, { recursive: true });
  makeWritable(to);
  const file = join(to, FILE);
  const source = readFileSync(file, 'utf8');
  if (!source.includes(BEFORE)) throw new Error(`${FILE}: expected the query of FerretDB 1.24`);
  writeFileSync(
    file,
    source.replace(BEFORE, () => AFTER),
  );
}
