import type { OutboxStore, StoredBatch, StoredPhoto } from '../core/effects.ts';

/** An outbox store that does not survive its process: for Node tools and tests. */
export function createMemoryStore(): OutboxStore {
  let batches: StoredBatch[] = [];
  let photos: StoredPhoto[] = [];
  return {
    batches: async (session) =>
      batches.filter((batch) => batch.session === session).sort((a, b) => a.seq - b.seq),
    async put(added) {
      const again = (old: StoredBatch) =>
        added.some((batch) => batch.session === old.session && batch.seq === old.seq);
      batches = [...batches.filter((old) => !again(old)), ...added];
    },
    async drop(session, seq) {
      batches = batches.filter((batch) => batch.session !== session || batch.seq > seq);
    },
    async replace(session, replaced) {
      batches = [...batches.filter((batch) => batch.session !== session), ...replaced];
    },
    photos: async (session) => photos.filter((photo) => photo.session === session),
    async putPhoto(photo) {
      photos = [...photos.filter((old) => old.session !== photo.session || old.id !== photo.id), photo];
    },
    async dropPhoto(session, id) {
      photos = photos.filter((photo) => photo.session !== session || photo.id !== id);
    },
    async sweep(before) {
      batches = batches.filter((batch) => batch.storedAt >= before);
      photos = photos.filter((photo) => photo.storedAt >= before);
    },
    close: () => undefined,
  };
}
