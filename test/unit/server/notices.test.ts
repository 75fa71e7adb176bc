import { describe, expect, it } from 'vitest';
import { CAMERA_NOTICE } from '../../../client-sdk/src/camera/notice-text.ts';
import { levelOf } from '../../../server/src/app/face-subjects.ts';
import { NOTICES, noticeHash } from '../../../server/src/app/notices.ts';

describe('notices', () => {
  it('holds the text that the SDK shows, word for word', () => {
    expect(NOTICES.find(({ version }) => version === CAMERA_NOTICE.version)).toEqual(CAMERA_NOTICE);
  });

  it('knows the hash of its own texts and of no others', () => {
    expect(noticeHash('camera-1')).toMatch(/^[\w-]{43}$/);
    expect(noticeHash('academy-2026')).toBeNull();
  });
});

describe('the number of stored faces', () => {
  it.each([
    [79_999, 'below'],
    [80_000, 'prepare'],
    [99_999, 'prepare'],
    [100_000, 'file'],
  ] as const)('given %i, then the level is %s', (subjects, level) => {
    expect(levelOf(subjects)).toBe(level);
  });
});
