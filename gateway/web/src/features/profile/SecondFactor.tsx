import { Alert, Badge, Button, Code, CopyButton, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useMe } from '@/shared/me';
import { CopyField } from '@/shared/ui/CopyField';
import { FormFailure } from '@/shared/ui/States';
import { useConfirmFactor, useDisableFactor, useEnrolFactor, useMeAnew, useRenewCodes } from './api';
import { ByPassword } from './ByPassword';

/** «Вход с кодом»: a code of an app besides the password. `onCodes` hears whether recovery codes are on the screen. */
export function SecondFactor({ onCodes }: { onCodes?: (shown: boolean) => void }) {
  const { second_factor: factor } = useMe();
  const enrol = useEnrolFactor();
  const [codes, setCodes] = useState<string[]>();
  const isOn = factor.enabled || codes !== undefined;
  const meAnew = useMeAnew();
  const show = (made: string[]) => {
    setCodes(made);
    onCodes?.(true);
  };
  const finish = () => {
    enrol.reset();
    setCodes(undefined);
    onCodes?.(false);
    meAnew();
  };
  return (
    <section>
      <Group gap="xs" mb="xs">
        <Title order={2}>Вход с кодом</Title>
        <Badge variant="light" color={isOn ? 'green' : 'gray'} c="var(--words)" tt="none">
          {isOn ? 'включён' : 'выключен'}
        </Badge>
      </Group>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={finish} />
      ) : factor.enabled ? (
        <Enabled factor={factor} onCodes={show} />
      ) : enrol.data ? (
        <FirstCode made={enrol.data} onCodes={show} />
      ) : (
        <Stack gap="sm" maw={520} align="flex-start">
          <Text c="dimmed">
            Кроме пароля понадобится код из приложения на телефоне: Яндекс Ключ, Google Authenticator, Aegis или другого.
            Узнавший пароль без телефона не войдёт.
          </Text>
          <ByPassword open="Подключить" submit="Продолжить" act={enrol} />
        </Stack>
      )}
    </section>
  );
}

function FirstCode({ made, onCodes }: { made: Schema<'Enrolment'>; onCodes: (codes: string[]) => void }) {
  const confirm = useConfirmFactor();
  const [code, setCode] = useState('');
  const wrong = confirm.error instanceof ApiError && confirm.error.field === 'code' ? confirm.error.message : undefined;
  const send = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(code, { onSuccess: (kept) => onCodes(kept.codes) });
  };
  return (
    <Stack gap="sm" maw={520}>
      <Text>1. Отсканируйте приложением этот рисунок. На телефоне можно <a href={made.uri} className="link">открыть приложение</a>.</Text>
      <img src={made.qr} alt="QR-код для приложения" width={220} height={220} style={{ background: '#fff', borderRadius: 8 }} />
      <CopyField label="Или введите ключ вручную" value={made.secret} />
      <form onSubmit={send}>
        <Group align="flex-start" gap="xs">
          <TextInput
            label="2. Введите код, который показывает приложение"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            withAsterisk={false}
            error={wrong}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Button type="submit" mt={25} loading={confirm.isPending}>
            Включить
          </Button>
        </Group>
        {!wrong && <FormFailure error={confirm.error} />}
      </form>
    </Stack>
  );
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  return (
    <Stack gap="sm" maw={520} align="flex-start">
      <Alert color="yellow" title="Сохраните запасные коды">
        Если телефон потеряется, каждый из них один раз заменит код приложения. Больше мы их не покажем.
      </Alert>
      <Code block aria-label="Запасные коды">
        {codes.join('\n')}
      </Code>
      <Group gap="xs">
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Скопировано' : 'Скопировать'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onDone}>Коды сохранены</Button>
      </Group>
    </Stack>
  );
}

function Enabled({ factor, onCodes }: { factor: Schema<'SecondFactor'>; onCodes: (codes: string[]) => void }) {
  const disable = useDisableFactor();
  const renew = useRenewCodes();
  return (
    <Stack gap="sm" maw={520} align="flex-start">
      <Text c={factor.recovery_codes < 3 ? 'var(--late)' : 'dimmed'}>
        При входе спрашивается код из приложения. Запасных кодов осталось: {factor.recovery_codes}.
      </Text>
      <ByPassword
        open="Новые коды"
        submit="Получить новые коды"
        lead="Прежние запасные коды перестанут действовать."
        act={renew}
        onDone={(made) => onCodes(made.codes)}
      />
      {factor.required ? (
        <Text c="dimmed">Вход с кодом требует администратор. Если телефон потерян, администратор сбросит его.</Text>
      ) : (
        <ByPassword open="Выключить" submit="Выключить вход с кодом" color="red" act={disable} />
      )}
    </Stack>
  );
}
