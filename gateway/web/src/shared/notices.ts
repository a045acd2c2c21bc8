const ON = 'uzel-notices';
const WORDS = 'uzel-notices-words';

/** `denied`: the browser forbids them, and only the person can allow them, in its settings. */
export type NoticeState = 'missing' | 'denied' | 'off' | 'on';

/** How notices of this browser stand. Browsers have them only where the connection is safe. */
export function noticeState(): NoticeState {
  if (!('Notification' in globalThis) || !('locks' in navigator)) return 'missing';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && localStorage.getItem(ON) === 'on' ? 'on' : 'off';
}

/** Switches them; the browser asks the person the first time. To be called from a press. */
export async function switchNotices(on: boolean): Promise<NoticeState> {
  if (on && Notification.permission === 'default') await Notification.requestPermission();
  localStorage.setItem(ON, on ? 'on' : 'off');
  return noticeState();
}

/** Whether notices show what was written; others may look at this screen. */
export function noticesHaveWords(): boolean {
  return localStorage.getItem(WORDS) !== 'off';
}

export function showWordsInNotices(shown: boolean): void {
  localStorage.setItem(WORDS, shown ? 'on' : 'off');
}
