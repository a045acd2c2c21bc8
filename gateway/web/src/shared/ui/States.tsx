import { Alert, Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError, problemOf } from '@/api/problem';

/** While a whole screen is loaded. */
export function Loading({ what = 'Загружается' }: { what?: string }) {
  return (
    <Center h="100%" mih={120} role="status" aria-label={what}>
      <Loader size="sm" type="dots" />
    </Center>
  );
}

interface NothingProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** An empty place that says why it is empty and what to do. */
export function Nothing({ icon, title, children, action }: NothingProps) {
  return (
    <Center h="100%" mih={160} p="md">
      <Stack align="center" gap="xs" maw={420} ta="center">
        {icon && <span className="soft">{icon}</span>}
        <Title order={2}>{title}</Title>
        {children && (
          <Text c="dimmed" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}

/** Why a screen or a part of it is not there: what happened, whether data are safe, what to press. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  const problem = problemOf(error);
  const forbidden = error instanceof ApiError && problem.status === 403;
  const offline = error instanceof ApiError && error.isPassing;
  const icon = forbidden ? <IconLock size={32} /> : offline ? <IconPlugConnectedX size={32} /> : <IconAlertTriangle size={32} />;
  return (
    <div role="alert" style={{ height: '100%' }}>
      <Nothing
        icon={icon}
        title={forbidden ? 'Нет доступа' : problem.title}
        action={
          again && !forbidden ? (
            <Button variant="default" onClick={again}>
              Повторить
            </Button>
          ) : undefined
        }
      >
        {problem.detail}
        {problem.request_id && problem.status >= 500 && <Text size="xs">Код запроса: {problem.request_id}</Text>}
      </Nothing>
    </div>
  );
}

/** The same inside of a form. */
export function FormFailure({ error }: { error: unknown }) {
  if (!error) return null;
  const problem = problemOf(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={problem.title} role="alert">
      {problem.detail}
    </Alert>
  );
}
