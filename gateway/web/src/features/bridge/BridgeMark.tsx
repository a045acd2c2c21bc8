import { ActionIcon, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBrandTelegram } from '@tabler/icons-react';
import { useRight } from '@/shared/me';
import { useSetConversationBridged } from './api';

interface BridgeMarkProps {
  conversation: { id: string; bridged: boolean };
  size: number;
}

/** Whether the director sees the conversation in his Telegram; a switch for those who decide that. */
export function BridgeMark({ conversation, size }: BridgeMarkProps) {
  const mayChoose = useRight('bridge.manage') !== undefined;
  const set = useSetConversationBridged();
  const { bridged } = conversation;
  if (!mayChoose) return null;
  return (
    <Tooltip label={bridged ? 'Связан с Telegram руководителя: отключить' : 'Показать в Telegram руководителя'}>
      <ActionIcon
        variant="subtle"
        color={bridged ? 'blue' : 'gray'}
        size={size}
        loading={set.isPending}
        onClick={() =>
          set.mutate(
            { conversation: conversation.id, enabled: !bridged },
            {
              onSuccess: (setup) =>
                notifications.show({
                  color: 'green',
                  title: bridged ? 'Диалог больше не виден в Telegram' : 'Диалог связан с Telegram руководителя',
                  message: setup.group ? undefined : 'Группа ещё не выбрана: «Настройки», «Мост в Telegram».',
                }),
              onError: (error) => notifications.show({ color: 'red', title: 'Не получилось', message: error.message }),
            },
          )
        }
        aria-label="Telegram руководителя"
        aria-pressed={bridged}
      >
        <IconBrandTelegram size={20} />
      </ActionIcon>
    </Tooltip>
  );
}
