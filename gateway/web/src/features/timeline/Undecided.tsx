import { Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBulb, IconPin, IconSquare, IconSquareCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { date } from '@/shared/format';
import { form, plural } from '@/shared/plural';
import { pinTargetsQuery, usePin, usePinFollowing, type Entry, type Subject } from './api';
import classes from './Row.module.css';

interface UndecidedProps {
  entry: Entry;
  subject: Subject;
}

/** «не распределено»: the person speaks for several companies; a press says which one was meant. */
export function Undecided({ entry, subject }: UndecidedProps) {
  const [opened, setOpened] = useState(false);
  return (
    <Menu position="bottom-start" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <button type="button" className={`plain ${classes.tag}`}>
          <IconPin size={12} aria-hidden="true" /> не распределено
        </button>
      </Menu.Target>
      <Menu.Dropdown>{opened && <Companies entry={entry} subject={subject} />}</Menu.Dropdown>
    </Menu>
  );
}

/** The likely company first; the others as they are. Nothing is chosen before a press. */
function Companies({ entry, subject }: UndecidedProps) {
  const { data, error } = useQuery(pinTargetsQuery(entry.contact!.id));
  const [withFollowing, setWithFollowing] = useState(false);
  const pin = usePin(subject);
  const pinFollowing = usePinFollowing(subject);
  const refused = (failure: Error) => void notifications.show({ color: 'red', title: 'Не распределено', message: failure.message });
  const choose = (client: string) => {
    // By promises: the menu is closed by the time of the answer.
    if (withFollowing) void pinFollowing.mutateAsync({ entry, client }).then(told, refused);
    else void pin.mutateAsync({ entry, client }).catch(refused);
  };
  if (error) return <Menu.Label role="alert">{error.message}</Menu.Label>;
  if (!data) return <Menu.Label>Загружается…</Menu.Label>;
  if (data.clients.length === 0) return <Menu.Label>Нет компании, к которой вы можете отнести эту запись</Menu.Label>;
  const { suggested } = data;
  const likely = data.clients.find((company) => company.id === suggested?.client_id);
  return (
    <>
      <Menu.Label>К какой компании относится?</Menu.Label>
      {likely && suggested && (
        <Menu.Item leftSection={<IconBulb size={16} />} onClick={() => choose(likely.id)}>
          Вероятно, {likely.name}
          <div className={classes.small}>последнее закрепление {date(suggested.pinned_at)}</div>
        </Menu.Item>
      )}
      {data.clients
        .filter((company) => company !== likely)
        .map((company) => (
          <Menu.Item key={company.id} leftSection={<IconPin size={16} />} onClick={() => choose(company.id)}>
            {company.name}
          </Menu.Item>
        ))}
      <Menu.Divider />
      <Menu.CheckboxItem
        closeMenuOnClick={false}
        checked={withFollowing}
        onChange={setWithFollowing}
        // The box is seen also while it is empty.
        checkIcon={<span />}
        rightSection={withFollowing ? <IconSquareCheck size={16} /> : <IconSquare size={16} />}
      >
        И все следующие нераспределённые
      </Menu.CheckboxItem>
    </>
  );
}

function told({ pinned, has_more }: { pinned: number; has_more: boolean }): void {
  const rows = plural(pinned, 'запись', 'записи', 'записей');
  const more = has_more ? ' Дальше есть ещё: нажмите на одной из них снова.' : '';
  notifications.show({ color: 'green', message: `${form(pinned, 'Распределена', 'Распределено', 'Распределено')} ${rows}.${more}` });
}
