/** Erasure: the data key is destroyed and the template with it. Records and hashes stay; they hold no face. */
import type { ConsentScope } from '@zhenxue/protocol';
import type { App } from './context.ts';
import { enrolmentOf, TEMPLATE, TRACE } from './face-templates.ts';
import { lockOf } from './identity.ts';
import type { Subject } from './identity-ports.ts';

/**
 * Erases what the remaining scopes do not cover. Without comparison and evidence photos that is everything, by destroying the key.
 * Resolves when nothing of it can be decrypted from the data folder any more; backups made before are the operator's to destroy.
 */
export async function eraseSubject(
  app: App,
  subject: Subject,
  remaining: readonly ConsentScope[] = [],
): Promise<void> {
  const { vault, memory, store } = app.identity;
  const comparison = remaining.includes('comparison');
  const photos = remaining.includes('evidence-photo');
  await app.lock(lockOf(subject), async () => {
    if (!comparison) {
      memory.forget(subject);
      for (const row of await store.enrolments(subject)) {
        if (row.status !== 'erased') await store.putEnrolment({ ...row, status: 'erased', photos: 0 });
      }
    }
    if (!comparison && !photos) {
      await vault.destroy(subject);
      return;
    }
    for (const name of await vault.names(subject)) {
      const biometric = name.startsWith(TEMPLATE) || name.startsWith(TRACE);
      if (biometric ? !comparison : !photos) await vault.remove(subject, name);
    }
  });
  app.metrics.count('subject.erased');
}

/** Whether anything about a subject's face is stored. */
export async function hasFace(app: App, subject: Subject): Promise<boolean> {
  return (await enrolmentOf(app, subject)) !== null || (await app.identity.vault.names(subject)).length > 0;
}
