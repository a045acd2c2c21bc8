/** What a release brought its users. */
export interface Release {
  /** The day of the release, which is also its name. */
  day: string;
  /** Each a sentence about what can be done now. */
  news: { title: string; text: string }[];
}

/** The newest first. Written for those who work with clients: what cannot be seen or pressed is not told. */
export const RELEASES: Release[] = [
  {
    day: '2026-11-22',
    news: [
      {
        title: 'Голосовые сообщения',
        text: 'Нажмите микрофон под полем ответа или держите его, пока говорите. Запись можно прослушать до отправки.',
      },
      {
        title: 'Вход с кодом',
        text: 'В профиле подключается приложение с кодами: узнавший пароль без телефона не войдёт. Администратор может требовать его.',
      },
      {
        title: 'Назначение нескольких диалогов',
        text: 'Отметьте диалоги в списке и нажмите «Назначить»: их клиенты перейдут к выбранному сотруднику.',
      },
      {
        title: 'Поле ответа во всю ширину',
        text: 'Канал, быстрые ответы, шаблоны и файлы стоят под ним. Свой ответ сразу виден внизу ленты.',
      },
    ],
  },
];

/** The name of the newest release; nothing before the first. */
export const NEWEST = RELEASES[0]?.day;
