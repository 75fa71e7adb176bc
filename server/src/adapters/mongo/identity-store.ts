/** Consents, enrolments, reviews and decryptions in MongoDB. */
import type {
  AccessRow,
  ConsentRow,
  EnrolmentRow,
  IdentityStore,
  ReviewRow,
  Subject,
} from '../../app/identity-ports.ts';
import type { IdentityDoc, Models } from './documents.ts';

type IdentityModels = Pick<Models, 'consents' | 'enrolments' | 'reviews' | 'accesses'>;

const keyOf = ({ platform, learner, course }: Subject): string => JSON.stringify([platform, learner, course]);

const bodies = <T>(docs: readonly unknown[]): readonly T[] =>
  docs.map((doc) => (doc as IdentityDoc).body as T);

/** @param models the collections; ids of rows are UUIDs that grow with time, so their order is that of writing. */
export function createIdentityStore(models: IdentityModels): IdentityStore {
  const { consents, enrolments, reviews, accesses } = models;
  const insert = async (model: IdentityModels['consents'], id: string, subject: string, body: unknown) => {
    await model.collection.insertOne({ _id: id, subject, status: '', body } as never);
  };
  return {
    addConsent: (row) => insert(consents, row.id, keyOf(row), row),
    consents: async (subject) =>
      bodies<ConsentRow>(
        await consents
          .find({ subject: keyOf(subject) })
          .sort({ _id: 1 })
          .lean(),
      ),
    async putEnrolment(row) {
      const doc = { subject: keyOf(row), status: row.status, body: row };
      await enrolments.collection.replaceOne({ _id: row.id } as never, doc as never, { upsert: true });
    },
    async enrolment(id) {
      const doc = await enrolments.findById(id).lean();
      return doc === null ? null : (doc.body as EnrolmentRow);
    },
    enrolments: async (subject) =>
      bodies<EnrolmentRow>(
        await enrolments
          .find({ subject: keyOf(subject) })
          .sort({ _id: 1 })
          .lean(),
      ),
    completeEnrolments: async () =>
      bodies<EnrolmentRow>(await enrolments.find({ status: 'complete' }).sort({ _id: 1 }).lean()),
    addReview: (row) => insert(reviews, row.id, keyOf(row.subject), row),
    reviews: async (limit) => bodies<ReviewRow>(await reviews.find().sort({ _id: -1 }).limit(limit).lean()),
    addAccess: (row) => insert(accesses, row.id, keyOf(row.subject), row),
    accesses: async (subject) =>
      bodies<AccessRow>(
        await accesses
          .find({ subject: keyOf(subject) })
          .sort({ _id: 1 })
          .lean(),
      ),
  };
}
