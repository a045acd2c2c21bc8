/** Names of the fields as people know them; the hints come from the hub. */
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
  api_url: 'Адрес Bot API',
  poll_timeout_s: 'Ожидание запроса, секунд',
  api_id: 'Ключ api_id',
  access_token: 'Токен доступа',
};

export const settingName = (name: string) => SETTING_NAMES[name] ?? name;

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
};
