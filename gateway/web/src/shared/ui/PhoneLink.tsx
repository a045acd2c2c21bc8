import { notifications } from '@mantine/notifications';
import type { MouseEvent } from 'react';
import { useCall } from '../calling';
import { phone } from '../format';

/** A number: a press calls through the telephony, the right button copies it. */
export function PhoneLink({ value }: { value: string }) {
  const call = useCall();
  const copy = (event: MouseEvent) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    void navigator.clipboard.writeText(value).then(() => notifications.show({ message: `${phone(value)} скопирован` }));
  };
  return (
    <button
      type="button"
      className="plain link numbers whole"
      disabled={call.isPending}
      onClick={() => call.mutate(value)}
      onContextMenu={copy}
      title="Позвонить; правой кнопкой — скопировать"
    >
      {phone(value)}
    </button>
  );
}
