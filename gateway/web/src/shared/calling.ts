import { notifications } from '@mantine/notifications';
import { api, unwrap } from '@/api/client';
import { useDeed } from './deed';
import { phone } from './format';
import { uuid } from './uuid';

/** Calls a number: the person's own phone rings first. One press is one call, also when the answer was lost. */
export function useCall() {
  return useDeed({
    mutationFn: (to: string) => unwrap(api.POST('/api/calls', { body: { id: uuid(), to } })),
    onSuccess: (request) => {
      if (request.reason) notifications.show({ color: 'yellow', title: phone(request.number), message: request.reason });
      else notifications.show({ message: `Сначала зазвонит ваш телефон (${request.extension}), затем ${phone(request.number)}` });
    },
    onError: (error) => notifications.show({ color: 'red', title: 'Позвонить не вышло', message: error.message }),
  });
}
