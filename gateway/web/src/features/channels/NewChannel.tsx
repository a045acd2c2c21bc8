import { Alert, Button, Card, Checkbox, Group, List, SimpleGrid, Stack, Stepper, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { channelLook } from '@/channels';
import { CopyField } from '@/shared/ui/CopyField';
import { ButtonLink } from '@/shared/ui/links';
import { Page } from '@/shared/ui/Page';
import { Failed, FormFailure, Loading } from '@/shared/ui/States';
import { connectorsQuery, useConnect, type Connector, type Setting } from './api';
import { GUIDES, stepsAfter } from './guides';
import { missingToSend, neededToSend } from '@/shared/needs';
import { quoted } from '@/shared/words/quoted';
import classes from './NewChannel.module.css';
import { settingName } from './settings';
import { SettingFields, type Values } from './SettingFields';
import { WaitForFirst } from './WaitForFirst';

interface NewChannelProps {
  /** Chosen already. */
  connector?: string;
  /** A part of the first set-up. */
  first?: boolean;
}

/** A channel step by step: which one, what to enter here, what to enter at the provider. */
export function NewChannel({ connector: chosen, first }: NewChannelProps) {
  const connectors = useQuery(connectorsQuery);
  const navigate = useNavigate();
  const [made, setMade] = useState<Schema<'ChangedAccount'>>();
  const connector = connectors.data?.find((known) => known.name === chosen);
  const step = made ? 2 : connector ? 1 : 0;
  const pick = (name?: string) => void navigate({ to: '/settings/channels/new', search: { connector: name, first } });
  if (connectors.isPending) return <Loading />;
  if (connectors.isError) return <Failed error={connectors.error} again={() => void connectors.refetch()} />;
  return (
    <Page title={first ? 'Первый канал' : 'Подключение канала'} narrow>
      {first && step === 0 && (
        <Alert mb="md" color="blue" title="Администратор создан">
          Шаг 2 из 2: подключите первый канал.{' '}
          <Link to="/dialogs" className="link">
            Сделать это позже
          </Link>
        </Alert>
      )}
      <Stepper active={step} size="xs" mb="xl" wrap={false} classNames={{ step: classes.step, stepBody: classes.stepBody }} allowNextStepsSelect={false} onStepClick={(to) => to === 0 && !made && pick()}>
        <Stepper.Step label="Канал" />
        <Stepper.Step label="Здесь" />
        <Stepper.Step label="У провайдера" />
      </Stepper>
      {made && connector ? (
        <AtProvider made={made} connector={connector} />
      ) : connector ? (
        <Here connector={connector} onMade={setMade} onBack={() => pick()} />
      ) : (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {connectors.data.map((known) => {
            const look = channelLook(known.channel);
            return (
              <Card key={known.name} withBorder component="button" type="button" onClick={() => pick(known.name)} className="plain">
                <Group wrap="nowrap">
                  <look.icon size={26} color={`light-dark(${look.color}, currentColor)`} aria-hidden="true" />
                  <Text fw={600}>{known.title}</Text>
                </Group>
              </Card>
            );
          })}
        </SimpleGrid>
      )}
    </Page>
  );
}

interface HereProps {
  connector: Connector;
  onMade: (made: Schema<'ChangedAccount'>) => void;
  onBack: () => void;
}

function Here({ connector, onMade, onBack }: HereProps) {
  const connect = useConnect();
  const [name, setName] = useState(connector.title.split(/[:(]/)[0]!.trim());
  const [values, setValues] = useState<Values>({});
  const [showRare, setShowRare] = useState(false);
  const error = connect.error;
  const field = error instanceof ApiError ? error.field : undefined;
  const toSend = neededToSend(connector.name);
  const isUsual = (setting: Setting) => setting.required || toSend.includes(setting.name);
  const usual = connector.settings.filter((setting) => isUsual(setting) || showRare);
  const hasRare = connector.settings.some((setting) => !isUsual(setting));
  const missing = missingToSend(connector.name, values);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const settings = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
    connect.mutate({ connector: connector.name, name: name.trim(), settings }, { onSuccess: onMade });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <Text fw={600} size="lg">
          {connector.title}
        </Text>
        <Steps steps={GUIDES[connector.name]?.before ?? []} />
        <TextInput
          label="Название канала"
          description="Так его увидят сотрудники."
          required
          withAsterisk={false}
          value={name}
          error={field === 'name' ? error?.message : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SettingFields
          settings={usual}
          values={values}
          onChange={setValues}
          fault={field && error ? { field, why: error.message } : undefined}
        />
        {hasRare && (
          <Checkbox
            label="Показать необязательные поля"
            checked={showRare}
            onChange={(event) => setShowRare(event.currentTarget.checked)}
          />
        )}
        {(!field || field === 'settings' || !usual.some((setting) => field === `settings.${setting.name}`)) && field !== 'name' && (
          <FormFailure error={error} />
        )}
        {missing && <Alert color="yellow">{missing}</Alert>}
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            Назад
          </Button>
          <Button type="submit" loading={connect.isPending}>
            {missing ? 'Подключить без этого' : 'Подключить'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AtProvider({ made, connector }: { made: Schema<'ChangedAccount'>; connector: Connector }) {
  const { account, invented_secrets: secrets } = made;
  const shownOnce = account.webhook.secret_part === 'shown' || Object.keys(secrets).length > 0;
  return (
    <Stack gap="md">
      <Alert color="green" title={`Канал ${quoted(account.name)} подключён здесь`}>
        Осталось сообщить провайдеру адрес.
      </Alert>
      <CopyField label="Адрес вебхука" value={account.webhook.url} />
      {Object.entries(secrets).map(([name, secret]) => (
        <CopyField key={name} label={settingName(name)} value={secret} />
      ))}
      {shownOnce && (
        <Alert color="yellow">Секреты показаны один раз. Скопируйте их сейчас: потом их можно только заменить.</Alert>
      )}
      <Steps steps={stepsAfter(connector.name, account.secrets)} />
      <WaitForFirst accountId={account.id} />
      <Group justify="flex-end">
        <ButtonLink to="/settings/channels/$accountId" params={{ accountId: account.id }} variant="default">
          К каналу
        </ButtonLink>
        <ButtonLink to="/dialogs">
          К диалогам
        </ButtonLink>
      </Group>
    </Stack>
  );
}

export function Steps({ steps }: { steps: string[] }) {
  if (steps.length === 0) return null;
  return (
    <List type="ordered" spacing={4} size="sm">
      {steps.map((step) => (
        <List.Item key={step}>{step}</List.Item>
      ))}
    </List>
  );
}
