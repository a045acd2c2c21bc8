import { Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { noticesHaveWords, noticeState, showWordsInNotices, switchNotices } from '@/shared/notices';

const WHY_NOT = {
  missing: 'Этот браузер не показывает уведомления: для них нужно безопасное соединение (https).',
  denied: 'Браузер запретил уведомления этому сайту. Разрешите их в настройках сайта — значок слева от адреса — и обновите страницу.',
};

/** «Уведомления»: kept for this browser alone. */
export function BrowserNotices() {
  const [state, setState] = useState(noticeState);
  const [words, setWords] = useState(noticesHaveWords);
  return (
    <section>
      <Title order={2} mb="xs">
        Уведомления в этом браузере
      </Title>
      <Stack gap="sm">
        <Text c="dimmed">
          Сообщения моих клиентов, упоминания и пропущенные звонки — когда вкладка Узла не на экране. Без звука.
        </Text>
        {state === 'missing' || state === 'denied' ? (
          <Text>{WHY_NOT[state]}</Text>
        ) : (
          <>
            <Switch
              label="Показывать уведомления"
              checked={state === 'on'}
              onChange={(event) => void switchNotices(event.currentTarget.checked).then(setState)}
            />
            <Switch
              label="Показывать текст сообщений"
              description="Если выключить, видно только, от кого сообщение"
              disabled={state !== 'on'}
              checked={words}
              onChange={(event) => {
                showWordsInNotices(event.currentTarget.checked);
                setWords(event.currentTarget.checked);
              }}
            />
          </>
        )}
      </Stack>
    </section>
  );
}
