import { Popover, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { accountsQuery } from '@/shared/accounts';
import { channelLook } from '@/channels';
import { lightOf } from '@/shared/light';
import { useRight } from '@/shared/me';
import { useNow } from '@/shared/useNow';
import { Light } from '@/shared/ui/Light';
import classes from './ChannelLights.module.css';

/** How each channel is; for those who look after them. */
export function ChannelLights() {
  return useRight('accounts.manage') ? <Lights /> : null;
}

function Lights() {
  const now = useNow();
  const { data } = useQuery(accountsQuery);
  const accounts = (data ?? []).filter((account) => account.enabled);
  if (accounts.length === 0) return null;
  const bad = accounts.filter((account) => lightOf(account, now).color !== 'good').length;
  return (
    <Popover position="bottom-end" width={300} trapFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.lights}
          aria-label={bad > 0 ? `Каналы: требуют внимания ${bad} из ${accounts.length}` : 'Каналы: все работают'}
        >
          {accounts.map((account) => (
            <Light key={account.id} light={lightOf(account, now)} />
          ))}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        {accounts.map((account) => {
          const look = channelLook(account.channel);
          const light = lightOf(account, now);
          return (
            <Link
              key={account.id}
              to="/settings/channels/$accountId"
              params={{ accountId: account.id }}
              className={classes.row}
            >
              <Light light={light} />
              <look.icon size={16} aria-hidden="true" />
              <span className="cut">{account.name}</span>
              <span className={classes.word}>{light.word}</span>
            </Link>
          );
        })}
      </Popover.Dropdown>
    </Popover>
  );
}
