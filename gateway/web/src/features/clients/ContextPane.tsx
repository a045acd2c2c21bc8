import { Accordion, Alert, Badge, Button, Group, Stack, Text, Title, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconAlertTriangle, IconEdit, IconFileAlert, IconHandGrab, IconTransfer } from '@tabler/icons-react';
import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';
import { clientClock, dateTime } from '@/shared/format';
import type { ClientCard } from '@/shared/clients';
import { useSingleKeys } from '@/shared/keys';
import { useMe, useRight } from '@/shared/me';
import { useNow } from '@/shared/useNow';
import { FormFailure } from '@/shared/ui/States';
import { zoneWords } from '@/shared/zones';
import { useTake } from './api';
import { ClientForm } from './ClientForm';
import classes from './ContextPane.module.css';
import { Count, Counters, type Counted } from './Counters';
import { Loans } from './Loans';
import { OpenTalks } from './OpenTalks';
import { People } from './People';
import { FIELD, MARK, statusOf } from '@/shared/words/client';

const FeaturesVersions = lazy(() => import('./FeaturesVersions'));
const Contracts = lazy(() => import('./Contracts'));
const HandoverStrip = lazy(() => import('./HandoverStrip'));
const TransferDialog = lazy(() => import('./TransferDialog'));

interface ContextPaneProps {
  card: ClientCard;
  /** «Сейчас важно» */
  important: ReactNode;
  /** Opens the rows of one kind. */
  onShow: (kind: Counted) => void;
  /** Joined and similar clients. */
  similar: ReactNode;
}

/** Who the client is, in the order of what a manager needs while he talks. */
export function ContextPane({ card, important, onShow, similar }: ContextPaneProps) {
  const me = useMe();
  const mayWrite = useRight('clients.write');
  const mayTransfer = useRight('clients.transfer') !== undefined;
  const take = useTake(card.id);
  const [editing, setEditing] = useState(false);
  const [giving, setGiving] = useState(false);
  const [showsVersions, setShowsVersions] = useState(false);
  const [folded, setFolded] = useLocalStorage<string[]>({
    key: 'uzel-card-groups',
    defaultValue: ['people', 'fields'],
    getInitialValueInEffect: false,
  });
  const contracts = useRef<HTMLDivElement>(null);
  const showContracts = () => {
    if (!folded.includes('contracts')) setFolded([...folded, 'contracts']);
    contracts.current?.scrollIntoView({ block: 'nearest' });
    contracts.current?.querySelector('button')?.focus();
  };
  const clock = clientClock(card.time_zone, useNow());
  const status = statusOf(card);
  const mayTake = !card.responsible && mayWrite !== undefined;
  useSingleKeys({ KeyI: () => mayTake && take.mutate() });
  const fields: [string, string | null | undefined][] = [
    ['inn', card.inn],
    ['kpp', card.kpp],
    ['ogrn', card.ogrn],
    ['city', card.city],
    ['time_zone', card.time_zone && zoneWords(card.time_zone)],
  ];
  return (
    <aside className={classes.pane} aria-label="Карточка клиента">
      <header className={classes.head}>
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
          <Title order={2} className={classes.name}>
            {card.name}
          </Title>
          {mayWrite && (
            <Tooltip label="Править карточку">
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => setEditing(true)}
                aria-label="Править карточку"
                px={8}
              >
                <IconEdit size={16} />
              </Button>
            </Tooltip>
          )}
        </Group>
        <Group gap={6}>
          <Badge variant={card.status === 'client' ? 'filled' : 'default'} tt="none" data-hint={status.hint}>
            {status.word}
          </Badge>
          <Badge
            component="button"
            type="button"
            variant="light"
            tt="none"
            className={classes.badge}
            color={card.contract_mark ? 'gray' : 'yellow'}
            c={card.contract_mark ? 'var(--words)' : 'var(--late)'}
            leftSection={!card.contract_mark && <IconFileAlert size={12} />}
            onClick={showContracts}
          >
            {card.contract_mark ? MARK[card.contract_mark] : 'Договор не указан'}
          </Badge>
        </Group>
        <Text size="sm">
          {card.responsible ? (
            <>
              Ответственный — {card.responsible.id === me.id ? 'вы' : card.responsible.name}
            </>
          ) : (
            'Без ответственного, в общей базе'
          )}
        </Text>
        <Suspense>{card.handover && <HandoverStrip handover={card.handover} />}</Suspense>
        <Loans client={card.id} />
        {clock && (
          <Text size="sm" c={clock.isDay ? undefined : 'var(--late)'}>
            {card.city ? `${card.city}, сейчас` : 'У клиента сейчас'} <span className="numbers">{clock.text}</span>
            {!clock.isDay && ' — не рабочее время'}
          </Text>
        )}
        <Group gap="xs">
          {mayTake && (
            <Button size="compact-md" leftSection={<IconHandGrab size={16} />} loading={take.isPending} onClick={() => take.mutate()}>
              Взять себе
            </Button>
          )}
          {mayTransfer && (
            <Button size="compact-md" variant="default" leftSection={<IconTransfer size={16} />} onClick={() => setGiving(true)}>
              Передать
            </Button>
          )}
        </Group>
        <FormFailure error={take.error} />
        <Counters client={card.id} onShow={onShow} />
      </header>
      {card.features && (
        <Alert className={classes.features} color="yellow" icon={<IconAlertTriangle size={18} />} title="Особенности клиента">
          <span style={{ whiteSpace: 'pre-wrap', color: 'var(--words)' }}>{card.features}</span>
        </Alert>
      )}
      {important}
      <Accordion multiple value={folded} onChange={setFolded} variant="default" chevronPosition="left" order={3}>
        <Accordion.Item value="people">
          <Accordion.Control>
            Контактные лица <Count client={card.id} of="people" />
          </Accordion.Control>
          <Accordion.Panel>
            <People client={card.id} mayWrite={mayWrite !== undefined} />
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="talks">
          <Accordion.Control>
            Открытые диалоги <Count client={card.id} of="open_conversations" />
          </Accordion.Control>
          <Accordion.Panel>{folded.includes('talks') && <OpenTalks client={card.id} />}</Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="contracts" ref={contracts}>
          <Accordion.Control>Договоры</Accordion.Control>
          <Accordion.Panel>
            <Suspense>{folded.includes('contracts') && <Contracts card={card} mayWrite={mayWrite !== undefined} />}</Suspense>
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="fields">
          <Accordion.Control>Реквизиты и поля</Accordion.Control>
          <Accordion.Panel>
            <dl className={classes.fields}>
              {fields.map(([name, value]) => (
                <div key={name}>
                  <dt>{FIELD[name]}</dt>
                  <dd className="numbers">{value || <span className="soft">не заполнено</span>}</dd>
                </div>
              ))}
              <div>
                <dt>{FIELD.features}</dt>
                <dd>
                  {card.features ? (
                    <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{card.features}</div>
                  ) : (
                    <div className="soft">не заполнено</div>
                  )}
                  <button type="button" className="plain link" onClick={() => setShowsVersions(true)}>
                    Кто и когда менял
                  </button>
                </dd>
              </div>
              <div>
                <dt>Заведён</dt>
                <dd className="numbers">
                  {dateTime(card.created_at)}
                  {card.automatic && ', автоматически'}
                </dd>
              </div>
            </dl>
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="similar">
          <Accordion.Control>Объединённые и похожие</Accordion.Control>
          <Accordion.Panel>{folded.includes('similar') && similar}</Accordion.Panel>
        </Accordion.Item>
      </Accordion>
      {editing && <ClientForm card={card} onClose={() => setEditing(false)} onDone={() => setEditing(false)} />}
      <Suspense>{showsVersions && <FeaturesVersions client={card.id} onClose={() => setShowsVersions(false)} />}</Suspense>
      <Suspense>{giving && <TransferDialog card={card} onClose={() => setGiving(false)} />}</Suspense>
      <Stack h={24} />
    </aside>
  );
}
