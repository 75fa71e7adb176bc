/** What a learner may see of themselves: every decision, enrolment, decryption and own photo. Each photo opened here is one more decryption. */
import type { App } from './context.ts';
import { TEMPLATE, TRACE } from './face-templates.ts';
import { subjectOf } from './identity.ts';
import type { AccessRow, ConsentRow, EnrolmentRow, Subject } from './identity-ports.ts';

/** Photos in one export; a longer list is cut and says so. */
const PHOTOS_MAX = 500;

/** An export. */
export interface SubjectExport extends Subject {
  readonly at: number;
  readonly consents: readonly ConsentRow[];
  readonly enrolments: readonly EnrolmentRow[];
  readonly photos: readonly { readonly name: string; readonly jpegBase64: string }[];
  readonly complete: boolean;
  readonly accesses: readonly AccessRow[];
}

/** @param who label of the key that asks, for the log of decryptions. */
export async function exportSubject(app: App, subject: Subject, who: string): Promise<SubjectExport> {
  const { store, vault } = app.identity;
  const names = (await vault.names(subject)).filter(
    (name) => !name.startsWith(TEMPLATE) && !name.startsWith(TRACE),
  );
  const access = { who, why: 'export', caseRef: app.newId() } as const;
  const photos: { name: string; jpegBase64: string }[] = [];
  for (const name of names.slice(0, PHOTOS_MAX)) {
    const bytes = await vault.open(subject, name, access);
    if (bytes !== null) photos.push({ name, jpegBase64: Buffer.from(bytes).toString('base64') });
  }
  return {
    ...subjectOf(subject),
    at: app.clock.now(),
    consents: await store.consents(subject),
    enrolments: await store.enrolments(subject),
    photos,
    complete: names.length <= PHOTOS_MAX,
    accesses: await store.accesses(subject),
  };
}
