/** Only where a word was given here. */
const SAME_WORD = 'Рядом с адресом впишите то же секретное слово, что задано здесь.';

/** What is to be done at the provider, in the order in which his pages ask for it. */
export const GUIDES: Record<string, { before: string[]; after: string[] }> = {
  whatsapp: {
    before: [
      'Откройте кабинет разработчика Meta и своё приложение с продуктом WhatsApp.',
      'Скопируйте секрет приложения: «Настройки приложения» → «Основное».',
    ],
    after: [
      'WhatsApp → «Конфигурация» → «Webhook»: вставьте URL обратного вызова и маркер подтверждения, нажмите «Подтвердить и сохранить».',
      'Подпишитесь на поля messages, smb_message_echoes, history, smb_app_state_sync, account_update, message_template_status_update.',
      'Приложение должно быть опубликовано (режим Live) и подписано на аккаунт WhatsApp Business.',
      'Напишите на номер компании с любого телефона: на экране канала появится «Последнее событие».',
    ],
  },
  telphin: {
    before: ['Откройте личный кабинет Телфина, список добавочных.', 'Выпишите добавочные сотрудников и номера меню и очередей.'],
    after: [
      'У каждого добавочного: «События» → добавьте dial-in, dial-out, answer, hangup; для меню и очередей только hangup.',
      'Метод — POST, адрес — адрес вебхука целиком, вместе с секретной частью.',
      'Позвоните на номер компании: звонок появится в разделе «Звонки».',
    ],
  },
  telegram: {
    before: ['Напишите @BotFather, выберите бота (/mybots) и скопируйте токен: «API Token».'],
    after: [
      'Если обновления приходят вебхуком: вызовите setWebhook с этим url, секретом secret_token и списком allowed_updates из руководства.',
      'Если выбран способ poll, у Telegram ничего настраивать не нужно.',
      'Напишите боту: на экране канала появится «Последнее событие».',
    ],
  },
  max: {
    before: ['Откройте business.max.ru, раздел «Чат-боты», выберите бота и скопируйте его токен в «Настройках».'],
    after: [
      'У MAX вводить нечего: нажмите на экране канала «Настроить у провайдера», и подписка оформится сама.',
      'Адрес системы должен быть доступен из интернета по HTTPS на порту 443.',
      'Напишите боту: на экране канала появится «Последнее событие».',
    ],
  },
  smsc: {
    before: ['Откройте личный кабинет SMSC.ru → «Настройки».'],
    after: ['Впишите адрес обработчика.', SAME_WORD, 'Ответьте на любую SMS компании: сообщение появится в диалогах.'],
  },
  smsru: {
    before: ['Откройте личный кабинет SMS.ru и скопируйте api_id.'],
    after: ['В разделе «Callback» добавьте адрес обработчика.', 'Ответьте на любую SMS компании: сообщение появится в диалогах.'],
  },
};

/** What is left to be done at the provider once the channel is connected with these secrets. */
export function stepsAfter(connector: string, secrets: Record<string, boolean>): string[] {
  return (GUIDES[connector]?.after ?? []).filter((step) => step !== SAME_WORD || secrets.secret);
}
