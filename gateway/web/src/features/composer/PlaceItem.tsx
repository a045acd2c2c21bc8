import { Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { accountWords, channelLook } from '@/channels';
import { ago } from '@/shared/format';
import { channelsQuery } from '@/shared/light';
import { plural } from '@/shared/plural';
import { useNow } from '@/shared/useNow';
import { measureQuery, writingQuery, type Conversation } from './api';
import classes from './Composer.module.css';
import { NEVER } from './first';
import { permissionOf, stateWords } from './permission';

interface PlaceItemProps {
  place: Conversation;
  /** Another one stands in the same channel: the person there tells them apart. */
  hasTwin: boolean;
  /** What is being written. */
  text: string;
  onPlace: (id: string) => void;
}

/** A place that can be chosen: who is there, and whether words would arrive. */
export function PlaceItem({ place, hasTwin, text, onPlace }: PlaceItemProps) {
  const now = useNow();
  const look = channelLook(place.account?.channel ?? '');
  const writing = useQuery(writingQuery(place.id, place.contact.id));
  const channels = useQuery(channelsQuery);
  const isPaidByParts = place.account?.channel === 'sms';
  const measure = useQuery({ ...measureQuery(place, text), enabled: isPaidByParts && text !== '' });
  const isRed = channels.data?.find((channel) => channel.id === place.account?.id)?.light === 'red';
  const permission = writing.data && permissionOf(writing.data);
  const told = [
    hasTwin && `${place.person_name ?? place.contact.name}, ${place.last_at === NEVER ? 'переписки ещё нет' : ago(place.last_at, now)}`,
    permission && stateWords(permission, now),
    isPaidByParts && measure.data && `~${plural(measure.data.parts, 'часть', 'части', 'частей')}`,
  ].filter(Boolean);
  return (
    <Menu.Item leftSection={<look.icon size={16} aria-hidden="true" />} onClick={() => onPlace(place.id)}>
      {place.account ? accountWords(place.account) : look.name}
      {told.length > 0 && <div className={classes.about}>{told.join(' · ')}</div>}
      {isRed && <div className={`${classes.about} ${classes.unavailable}`}>недоступен: сообщение подождёт</div>}
    </Menu.Item>
  );
}
