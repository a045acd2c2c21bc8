/** How the buttons of a calendar are called by those who hear the screen. */
export const CALENDAR = {
  previousMonth: 'Предыдущий месяц',
  nextMonth: 'Следующий месяц',
  previousYear: 'Предыдущий год',
  nextYear: 'Следующий год',
  previousDecade: 'Предыдущие годы',
  nextDecade: 'Следующие годы',
  monthLevelControl: 'Выбрать месяц',
  yearLevelControl: 'Выбрать год',
};
