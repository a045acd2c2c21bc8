/** Names of the fields as people know them; the hints come from the hub, and a field without a name shows its word. */
export const SETTING_NAMES: Record<string, string> = {
  app_secret: 'Секрет приложения',
  app_secret_previous: 'Прежний секрет приложения',
  verify_token: 'Маркер подтверждения',
  phone_number_id: 'Идентификатор номера телефона',
  portfolio: 'Бизнес-портфолио',
  region: 'Страна номеров',
  secret: 'Секретное слово',
  url_secret: 'Секретная часть адреса',
  allowed_networks: 'Разрешённые сети',
  extensions: 'Добавочные сотрудников',
  groups: 'Меню и очереди',
  token: 'Токен бота',
  secret_token: 'Секрет вебхука',
  intake: 'Как получать обновления',
  purpose: 'Кому служит бот',
  api_url: 'Адрес API',
  poll_timeout_s: 'Ожидание запроса, секунд',
  api_id: 'Ключ api_id',
  trusted_roots: 'Доверенные корневые сертификаты',
  access_token: 'Токен доступа',
  app_id: 'Идентификатор приложения',
  waba_id: 'Аккаунт WhatsApp Business',
  api_version: 'Версия Graph API',
  media_hosts: 'Домены файлов',
  messages_per_second: 'Сообщений в секунду',
  window_margin_minutes: 'Запас до конца окна, минут',
  apikey: 'Ключ API',
  login: 'Логин',
  password: 'Пароль',
  sender: 'Имя отправителя',
  balance_alarm: 'Порог баланса, рублей',
  settles_after_s: 'Срок неизвестности, секунд',
  shown_number: 'Показываемый номер',
  route_variable: 'Переменная меню для ответственного',
  proxy: 'Прокси',
};

export const settingName = (name: string) => SETTING_NAMES[name] ?? name;

/** Where the hub's hint names values as the API does, and people choose them by name. */
const HINTS: Record<string, string> = {
  region: 'По правилам этой страны читаются номера без её кода. Если не выбрать, то по правилам России.',
};

export const settingHint = ({ name, hint }: { name: string; hint: string }) => HINTS[name] ?? hint;

/** Fields that take one of a few words. */
export const SETTING_CHOICES: Record<string, { value: string; label: string }[]> = {
  region: [
    { value: 'RU', label: 'Россия' },
    { value: 'KZ', label: 'Казахстан' },
    { value: 'KG', label: 'Кыргызстан' },
    { value: 'BY', label: 'Беларусь' },
  ],
  intake: [
    { value: 'webhook', label: 'Вебхук: Telegram обращается к нам' },
    { value: 'poll', label: 'Опрос: мы спрашиваем Telegram' },
  ],
  purpose: [
    { value: 'clients', label: 'Клиентам' },
    { value: 'bridge', label: 'Мосту в Telegram руководителя' },
  ],
};
