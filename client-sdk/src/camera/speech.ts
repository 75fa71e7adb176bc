/** Prompts read aloud, for whoever has the eyes closed or turned away. Never the only channel: all is written as well. */
import type { Lang } from '../screen/texts.ts';

/** A voice; may be silent. */
export interface Voice {
  say(text: string): void;
  /** Whether there is a voice to be muted. */
  readonly able: boolean;
  muted(): boolean;
  mute(muted: boolean): void;
  stop(): void;
}

/** The browser's voice; mute where it has none. */
export function createVoice(lang: Lang): Voice {
  const synthesis = globalThis.speechSynthesis as SpeechSynthesis | undefined;
  let muted = false;
  return {
    able: synthesis !== undefined,
    say(text) {
      if (synthesis === undefined || muted) return;
      // What is overtaken by the next step is not finished.
      synthesis.cancel();
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = lang;
      synthesis.speak(utterance);
    },
    muted: () => muted,
    mute(wished) {
      muted = wished;
      if (muted) synthesis?.cancel();
    },
    stop: () => synthesis?.cancel(),
  };
}
