/** Platforms, courses, access keys, platform findings and bans in SQLite. */
import type { Course, PlatformFinding } from '@zhenxue/protocol';
import type { AccessKeyRow, BanRow, PlatformRow, RegistryStore, Scope } from '../../app/ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

function platformOf(row: Row): PlatformRow {
  return { id: row.id as string, name: row.name as string, listed: row.listed === 1 };
}

function keyOf(row: Row): AccessKeyRow {
  return {
    hash: row.hash as string,
    label: row.label as string,
    platform: row.platform as string | null,
    scopes: JSON.parse(row.scopes as string) as Scope[],
    mode: row.mode as 'test' | 'live',
  };
}

/** Writes finding, cites and ban unless a finding of the same kind cites one of the same sittings. */
function createImpose(db: Database): (finding: PlatformFinding, ban: BanRow) => boolean {
  const cited = db.prepare(
    'SELECT 1 FROM platform_finding_cites WHERE platform = ? AND kind = ? AND session = ?',
  );
  const cite = db.prepare(
    'INSERT INTO platform_finding_cites (platform, kind, session, finding) VALUES (?, ?, ?, ?)',
  );
  const insertFinding = db.prepare(
    'INSERT INTO platform_findings (id, platform, kind, body) VALUES (?, ?, ?, ?)',
  );
  const insertBan = db.prepare('INSERT INTO bans (id, platform, imposed_at, body) VALUES (?, ?, ?, ?)');
  return (finding, ban) => {
    const { platform, kind } = finding;
    if (finding.cites.some(({ session }) => cited.get(platform, kind, session) !== undefined)) return false;
    insertFinding.run(finding.id, platform, kind, JSON.stringify(finding));
    for (const session of new Set(finding.cites.map((c) => c.session))) {
      cite.run(platform, kind, session, finding.id);
    }
    insertBan.run(ban.id, ban.platform, ban.imposedAt, JSON.stringify(ban));
    return true;
  };
}

/** @param writer commits the changes of one turn together. */
export function createRegistryStore(db: Database, writer: Writer): RegistryStore {
  const putPlatform = db.prepare(
    'INSERT INTO platforms (id, name, listed) VALUES (?, ?, ?) ' +
      'ON CONFLICT (id) DO UPDATE SET name = excluded.name, listed = excluded.listed',
  );
  const platform = db.prepare('SELECT * FROM platforms WHERE id = ?');
  const platforms = db.prepare(
    'SELECT p.*, count(s.sid) AS sessions, ' +
      "coalesce(sum(s.outcome = 'invalid'), 0) AS invalid " +
      'FROM platforms p LEFT JOIN sessions s ON s.platform = p.id GROUP BY p.id ORDER BY p.id',
  );
  const putCourse = db.prepare(
    'INSERT INTO courses (platform, id, body) VALUES (?, ?, ?) ' +
      'ON CONFLICT (platform, id) DO UPDATE SET body = excluded.body',
  );
  const course = db.prepare('SELECT body FROM courses WHERE platform = ? AND id = ?');
  const courses = db.prepare('SELECT body FROM courses WHERE platform = ? ORDER BY id');
  const putKey = db.prepare(
    'INSERT INTO access_keys (hash, label, platform, scopes, mode) VALUES (?, ?, ?, ?, ?) ' +
      'ON CONFLICT (hash) DO UPDATE SET label = excluded.label, scopes = excluded.scopes',
  );
  const key = db.prepare('SELECT * FROM access_keys WHERE hash = ?');
  const bans = db.prepare(
    'SELECT body FROM bans WHERE ?1 IS NULL OR platform = ?1 ORDER BY imposed_at DESC, id DESC',
  );
  const impose = createImpose(db);
  const body = <T>(row: unknown): T => JSON.parse((row as Row).body as string) as T;
  const run = (change: () => unknown): Promise<void> => writer.write(() => void change());
  return {
    putPlatform: (row) => run(() => putPlatform.run(row.id, row.name, row.listed ? 1 : 0)),
    async platform(id) {
      const row = platform.get(id) as Row | undefined;
      return row === undefined ? null : platformOf(row);
    },
    platforms: async () =>
      (platforms.all() as Row[]).map((row) => ({
        ...platformOf(row),
        sessions: row.sessions as number,
        invalid: row.invalid as number,
      })),
    putCourse: (owner, row) => run(() => putCourse.run(owner, row.id, JSON.stringify(row))),
    async course(owner, id) {
      const row = course.get(owner, id);
      return row === undefined ? null : body<Course>(row);
    },
    courses: async (owner) => courses.all(owner).map((row) => body<Course>(row)),
    putKey: (row) =>
      run(() => putKey.run(row.hash, row.label, row.platform, JSON.stringify(row.scopes), row.mode)),
    async key(hash) {
      const row = key.get(hash) as Row | undefined;
      return row === undefined ? null : keyOf(row);
    },
    impose: (finding, ban) => writer.write(() => impose(finding, ban)),
    bans: async (owner) => bans.all(owner).map((row) => body<BanRow>(row)),
  };
}
