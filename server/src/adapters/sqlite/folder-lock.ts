/**
 * One server per data folder: two would decide about the same sittings. The lock is SQLite's own on an empty file beside
 * the store; the operating system releases it when the process ends, however it ends.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

const LOCK_FILE = 'server.lock';

/**
 * Takes the folder for this process, creating it when it is not there.
 * @returns the release. @throws Error when another server holds it, or the folder cannot be written.
 */
export function lockFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(join(dataDir, LOCK_FILE));
  try {
    db.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Error && error.message.includes('locked'))
      throw new Error(`${dataDir}: expected no other server; another server works in this folder`, {
        cause: error,
      });
    throw error;
  }
  return () => {
    if (!db.isOpen) return;
    db.exec('ROLLBACK');
    db.close();
  };
}
