/** The notices that learners decide about, by version. Any change of a word is a new version; old ones stay. */
import { CAMERA_NOTICE, type CameraNotice } from '@zhenxue/protocol';
import { canonicalJson } from './canonical-json.ts';
import { hashText } from './hash.ts';

/** Every notice of ours, oldest first. */
export const NOTICES: readonly CameraNotice[] = [CAMERA_NOTICE];

const HASHES: ReadonlyMap<string, string> = new Map(
  NOTICES.map((notice) => [notice.version, hashText(canonicalJson(notice))]),
);

/** SHA-256 (base64url) of the canonical JSON of a notice; null for a platform's own text. */
export function noticeHash(version: string): string | null {
  return HASHES.get(version) ?? null;
}
