import { Popover, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { channelLook } from '@/channels';
import { channelsQuery, lightOf, type ChannelHealth } from '@/shared/light';
import { useRight } from '@/shared/me';
import { Light } from '@/shared/ui/Light';
import classes from './ChannelLights.module.css';

/** How each channel is; a press tells why. */
export function ChannelLights() {
  const mayManage = useRight('accounts.manage') !== undefined;
  const { data } = useQuery(channelsQuery);
  const channels = (data ?? []).filter((channel) => channel.enabled);
  if (channels.length === 0) return null;
  const bad = channels.filter((channel) => lightOf(channel).color !== 'good').length;
  return (
    <Popover position="bottom-end" width={340} trapFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.lights}
          aria-label={bad > 0 ? `Каналы: требуют внимания ${bad} из ${channels.length}` : 'Каналы: все работают'}
        >
          {channels.map((channel) => (
            <Light key={channel.id} light={lightOf(channel)} />
          ))}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        {channels.map((channel) =>
          mayManage ? (
            <Link key={channel.id} to="/settings/channels/$accountId" params={{ accountId: channel.id }} className={classes.row}>
              <Row channel={channel} />
            </Link>
          ) : (
            <div key={channel.id} className={classes.row}>
              <Row channel={channel} />
            </div>
          ),
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Row({ channel }: { channel: ChannelHealth }) {
  const look = channelLook(channel.channel);
  const light = lightOf(channel);
  return (
    <>
      <Light light={light} />
      <look.icon size={16} aria-hidden="true" />
      <span className={classes.words}>
        <span className="cut">{channel.name}</span>
        {light.color !== 'good' && <span className={classes.cause}>{light.cause}</span>}
      </span>
      <span className={classes.word}>{light.word}</span>
    </>
  );
}
