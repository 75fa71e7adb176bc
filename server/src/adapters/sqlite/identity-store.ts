/** Consents, enrolments, reviews and decryptions in SQLite. */
import type {
  AccessRow,
  ConsentRow,
  EnrolmentRow,
  IdentityStore,
  ReviewRow,
  Subject,
} from '../../app/identity-ports.ts';
import type { Database, Row } from './database.ts';
import type { Writer } from './group-commit.ts';

const keyOf = ({ platform, learner, course }: Subject): string => JSON.stringify([platform, learner, course]);

/** @param writer commits the changes of one turn together. */
export function createIdentityStore(db: Database, writer: Writer): IdentityStore {
  const read = <T>(row: Row): T => JSON.parse(String(row.body)) as T;
  const all = <T>(rows: readonly unknown[]): readonly T[] => rows.map((row) => read<T>(row as Row));
  const addConsent = db.prepare('INSERT INTO consents (subject, body) VALUES (?, ?)');
  const consents = db.prepare('SELECT body FROM consents WHERE subject = ? ORDER BY n');
  const putEnrolment = db.prepare(
    `INSERT INTO enrolments (id, subject, status, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, body = excluded.body`,
  );
  const enrolment = db.prepare('SELECT body FROM enrolments WHERE id = ?');
  const enrolments = db.prepare('SELECT body FROM enrolments WHERE subject = ? ORDER BY n');
  const complete = db.prepare("SELECT body FROM enrolments WHERE status = 'complete' ORDER BY n");
  const addReview = db.prepare('INSERT INTO reviews (body) VALUES (?)');
  const reviews = db.prepare('SELECT body FROM reviews ORDER BY n DESC LIMIT ?');
  const addAccess = db.prepare('INSERT INTO accesses (subject, body) VALUES (?, ?)');
  const accesses = db.prepare('SELECT body FROM accesses WHERE subject = ? ORDER BY n');
  const text = (row: unknown): string => JSON.stringify(row);
  return {
    addConsent: (row) => writer.write(() => void addConsent.run(keyOf(row), text(row))),
    consents: async (subject) => all<ConsentRow>(consents.all(keyOf(subject))),
    putEnrolment: (row) =>
      writer.write(() => void putEnrolment.run(row.id, keyOf(row), row.status, text(row))),
    async enrolment(id) {
      const row = enrolment.get(id) as Row | undefined;
      return row === undefined ? null : read<EnrolmentRow>(row);
    },
    enrolments: async (subject) => all<EnrolmentRow>(enrolments.all(keyOf(subject))),
    completeEnrolments: async () => all<EnrolmentRow>(complete.all()),
    addReview: (row) => writer.write(() => void addReview.run(text(row))),
    reviews: async (limit) => all<ReviewRow>(reviews.all(limit)),
    addAccess: (row) => writer.write(() => void addAccess.run(keyOf(row.subject), text(row))),
    accesses: async (subject) => all<AccessRow>(accesses.all(keyOf(subject))),
  };
}
