import type { Schema } from '@/api/client';

/** A right that the hub learns does not compile until it has words. */
export const RIGHTS: Record<Schema<'Right'>, { name: string; what: string }> = {
  'clients.read': { name: 'Видеть клиентов', what: 'Карточки, ленты, диалоги и звонки' },
  'clients.write': { name: 'Вести клиентов', what: 'Новые клиенты и контакты, поля, комментарии' },
  'clients.join': { name: 'Объединять', what: 'Объединение и разъединение карточек, решение о похожих' },
  'clients.transfer': { name: 'Передавать', what: 'Смена ответственного' },
  'contacts.correct': { name: 'Исправлять контакты', what: 'Номера, имена и реквизиты после создания' },
  'notes.correct': { name: 'Исправлять комментарии', what: 'Комментарии любого автора, и старше суток' },
  'users.manage': { name: 'Пользователи', what: 'Пользователи, роли и права' },
  'accounts.manage': { name: 'Каналы', what: 'Подключение и настройка каналов' },
  'raw_log.read': { name: 'Журнал событий', what: 'Что прислали провайдеры' },
  'raw_log.replay': { name: 'Читать заново', what: 'Повторный разбор событий канала' },
  'audit.read': { name: 'Журнал действий', what: 'Кто что сделал' },
  'rates.manage': { name: 'Курсы валют', what: 'Курс вручную, решение о сомнительных курсах' },
  'schedule.manage': { name: 'Расписание', what: 'Что и когда выполняется, запуск сейчас' },
  'mails.manage': { name: 'Письма Узла', what: 'Письма о неполадках: что ушло, что нет, отправка ещё раз' },
  'messages.rules': { name: 'Правила рассылок', what: 'Тихие часы, СТОП-слова, порядок каналов' },
  'messages.at_night': { name: 'Писать ночью', what: 'Отправить сообщение в тихие часы клиента' },
  'phrases.manage': { name: 'Заготовки', what: 'Общие быстрые ответы и шаблоны SMS' },
  'rooms.use': { name: 'Чаты', what: 'Внутренние чаты: открытые и свои' },
  'rooms.manage': { name: 'Управлять чатами', what: 'Названия, участники и архив любого чата' },
  'bridge.use': { name: 'Мост: отвечать', what: 'Связать свой Telegram и отвечать оттуда в чаты' },
  'bridge.manage': { name: 'Мост: настройка', what: 'Какие чаты видны в Telegram руководителя и в какой группе' },
  'recordings.hold': { name: 'Удерживать записи', what: 'Хранить файлы спора дольше их срока' },
  'tasks.use': { name: 'Задачи', what: 'Свои задачи и задачи своих клиентов; «все» — контроль задач' },
  'clients.lend': { name: 'Открывать доступ', what: 'Решать запросы доступа к клиентам других менеджеров' },
};
