import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { channelLook } from '@/channels';
import { channelsQuery } from '@/shared/light';
import { waysQuery, type Conversation } from './api';
import classes from './Composer.module.css';

interface RedChannelProps {
  place: Conversation;
  places: Conversation[];
  onPlace: (id: string) => void;
}

/** «Канал недоступен»: the message would wait; the other ways to this client are offered (I.24). */
export const RedChannel = memo(function RedChannel({ place, places, onPlace }: RedChannelProps) {
  const channels = useQuery(channelsQuery);
  const isRed = channels.data?.find((channel) => channel.id === place.account?.id)?.light === 'red';
  const ways = useQuery({ ...waysQuery(place.contact.id), enabled: isRed });
  if (!isRed) return null;
  const others = (ways.data?.ways ?? []).filter((way) => way.usable && way.account_id !== place.account?.id);
  const open = others.filter((way) => places.some((known) => known.id === way.conversation_id));
  return (
    <div className={classes.locked} role="status">
      <IconAlertTriangle size={16} aria-hidden="true" />
      <span>
        Канал «{place.account?.name}» недоступен: сообщение подождёт.
        {open.length > 0 && ' Можно написать по другому каналу:'}
      </span>
      {open.map((way) => (
        <Button key={way.account_id} size="compact-xs" variant="default" onClick={() => onPlace(way.conversation_id!)}>
          {channelLook(way.channel).name}
        </Button>
      ))}
    </div>
  );
});
