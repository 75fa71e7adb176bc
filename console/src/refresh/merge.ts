/** Keeps a list that was extended by "load more" while its head is refreshed. */
import type { Page, SessionSummary } from '@zhenxue/protocol';

/** Rows on screen and the cursor of what follows them. */
export interface LoadedRows {
  readonly rows: readonly SessionSummary[];
  readonly next: string | null;
}

/**
 * Replaces the head of the list by a fresh first page (newest first). Rows older than the fresh page stay as they were;
 * rows that the fresh page should hold but does not (they no longer match the filter) go.
 */
export function refreshHead(loaded: LoadedRows, fresh: Page<SessionSummary>): LoadedRows {
  const last = fresh.items.at(-1);
  if (fresh.next === null || last === undefined) return { rows: fresh.items, next: fresh.next };
  const shown = new Set(fresh.items.map((row) => row.session));
  const older = loaded.rows.filter((row) => row.openedAt <= last.openedAt && !shown.has(row.session));
  return older.length === 0
    ? { rows: fresh.items, next: fresh.next }
    : { rows: [...fresh.items, ...older], next: loaded.next };
}

/** Appends the next page, without the rows that are already shown. */
export function appendPage(loaded: LoadedRows, page: Page<SessionSummary>): LoadedRows {
  const shown = new Set(loaded.rows.map((row) => row.session));
  return { rows: [...loaded.rows, ...page.items.filter((row) => !shown.has(row.session))], next: page.next };
}
