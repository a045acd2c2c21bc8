import { Popover, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { channelLook } from '@/channels';
import { accountsQuery } from '@/shared/accounts';
import { channelsQuery, lightOf, worstFirst, type ChannelHealth, type ChannelLight } from '@/shared/light';
import { useRight } from '@/shared/me';
import { plural } from '@/shared/plural';
import { Light } from '@/shared/ui/Light';
import { useLayout } from '@/shared/useLayout';
import classes from './ChannelLights.module.css';

/** So many dots stand in the bar of a desk: with more of them nothing is seen at a glance. */
const SHOWN = 10;

interface Lit {
  channel: ChannelHealth;
  light: ChannelLight;
}

/** How each channel is; a press tells why. The worst stand first, and a phone has room for the worst alone. */
export function ChannelLights() {
  const mayManage = useRight('accounts.manage') !== undefined;
  const isPhone = useLayout() === 'phone';
  const { data } = useQuery(channelsQuery);
  const accounts = useQuery({ ...accountsQuery, enabled: mayManage }).data;
  const channels = (data ?? []).filter((channel) => channel.enabled);
  if (channels.length === 0) return null;
  const lit = worstFirst(channels.map((channel) => ({ channel, light: lightOf(channel, accounts?.find(({ id }) => id === channel.id)) })));
  const room = isPhone ? 1 : SHOWN;
  const rest = lit.length - room;
  // What is read on the button is part of its name.
  const more = rest <= 0 ? '' : isPhone ? `, с этой точкой ${numberOf(lit)}` : `, ещё +${rest}`;
  return (
    <Popover position="bottom-end" width={340} trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.lights} aria-label={`Каналы: ${inWords(lit)}${more}`}>
          {lit.slice(0, room).map(({ channel, light }) => (
            <Light key={channel.id} light={light} />
          ))}
          {rest > 0 && <span className={classes.more}>{isPhone ? numberOf(lit) : `+${rest}`}</span>}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.list}>
        {lit.map(({ channel, light }) =>
          mayManage ? (
            <Link key={channel.id} to="/settings/channels/$accountId" params={{ accountId: channel.id }} className={classes.row}>
              <Row channel={channel} light={light} />
            </Link>
          ) : (
            <div key={channel.id} className={classes.row}>
              <Row channel={channel} light={light} />
            </div>
          ),
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

const troubled = (lit: readonly Lit[]) => lit.filter(({ light }) => light.color === 'bad' || light.color === 'late').length;

/** Beside the one dot of a phone: of how many channels it speaks. */
const numberOf = (lit: readonly Lit[]) => lit.filter(({ light }) => light.color === lit[0]?.light.color).length;

function inWords(lit: readonly Lit[]): string {
  const bad = troubled(lit);
  if (bad > 0) return `требуют внимания ${bad} из ${lit.length}`;
  const silent = lit.filter(({ light }) => light.color === 'off').length;
  return silent > 0 ? `замечаний нет, ещё без событий ${plural(silent, 'канал', 'канала', 'каналов')}` : 'замечаний нет';
}

function Row({ channel, light }: Lit) {
  const look = channelLook(channel.channel);
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
