import type { Sort } from './api';
import type { Standing, Tab } from './search';

export const TAB_NAMES: Record<Tab, string> = { mine: 'Мои', unassigned: 'Без ответственного', all: 'Все доступные' };
export const STANDING_NAMES: Record<Standing, string> = { open: 'Открытые', deferred: 'Отложенные', closed: 'Закрытые' };
export const SORT_NAMES: Record<Sort, string> = { '-last_at': 'Новые сверху', waiting: 'Дольше ждут' };
