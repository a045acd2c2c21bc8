import { plural } from '@/shared/plural';
import { isDue, type Task } from './api';

const NBSP = '\u00a0';

/** «0,3 с», «12 с», «4 мин 12 с»: how long a run took. */
export function tookWords(milliseconds: number): string {
  if (milliseconds < 100) return `меньше 0,1${NBSP}с`;
  if (milliseconds < 10_000) return `${(Math.round(milliseconds / 100) / 10).toLocaleString('ru')}${NBSP}с`;
  const seconds = Math.round(milliseconds / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [minutes > 0 && `${minutes}${NBSP}мин`, (rest > 0 || minutes === 0) && `${rest}${NBSP}с`].filter(Boolean).join(' ');
}

export type State = 'running' | 'due' | 'never' | NonNullable<Task['outcome']>;

/** How a task stands now. */
export function stateOf(task: Task, now: number): State {
  if (task.is_running) return 'running';
  if (isDue(task, now)) return 'due';
  return task.outcome ?? 'never';
}

export function stateWords(task: Task, now: number): string {
  switch (stateOf(task, now)) {
    case 'running':
      return 'Выполняется';
    case 'due':
      return 'В очереди';
    case 'never':
      return 'Ещё не запускалась';
    case 'done':
      return 'Готово';
    case 'interrupted':
      return 'Прервана остановкой, начнётся заново';
    case 'failed':
      return task.failures > 1 ? `Ошибка, ${plural(task.failures, 'раз', 'раза', 'раз')} подряд` : 'Ошибка';
  }
}

/** How a run ended that somebody waits for, or nothing while it has not. */
export function endOf(before: Task, now: Task | undefined): { ok: boolean; words: string } | undefined {
  if (!now || now.is_running || now.finished_at === null || now.finished_at === before.finished_at) return undefined;
  const ok = now.outcome === 'done';
  return { ok, words: now.report ?? (ok ? 'Готово.' : 'Прервана остановкой, начнётся заново.') };
}
