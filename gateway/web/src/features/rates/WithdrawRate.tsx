import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { FormFailure } from '@/shared/ui/States';
import { quoted } from '@/shared/words/quoted';
import { useWithdrawRate, type Rate } from './api';
import { dayWords, decimal } from './words';

/** Asks before a rate by hand goes. */
export function WithdrawRate({ rate, onClose }: { rate: Rate; onClose: () => void }) {
  const withdraw = useWithdrawRate();
  const confirm = () =>
    withdraw.mutate(rate, {
      onSuccess: () => {
        notifications.show({ color: 'green', message: `Курс ${rate.currency} на ${dayWords(rate.effective_on)} отозван` });
        onClose();
      },
    });
  return (
    <Modal opened onClose={onClose} title="Отозвать курс">
      <Stack gap="sm">
        <Text className="numbers">
          {rate.currency} с {dayWords(rate.effective_on)}: {decimal(rate.value)} ₽ за {decimal(String(rate.nominal))} {rate.currency}
          {rate.reason && ` (${quoted(rate.reason)})`}.
        </Text>
        <Text>Снова будет действовать курс банка за этот день, а если его нет — предыдущий. Отзыв останется в журнале действий.</Text>
        <FormFailure error={withdraw.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Оставить
          </Button>
          <Button color="red" loading={withdraw.isPending} onClick={confirm}>
            Отозвать
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
