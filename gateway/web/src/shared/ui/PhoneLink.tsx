import { notifications } from '@mantine/notifications';
import { lazy, Suspense, type MouseEvent } from 'react';
import { useCall } from '../calling';
import { phone } from '../format';

const CallQuestion = lazy(() => import('./CallQuestion'));

interface PhoneLinkProps {
  value: string;
  /** Whose number it is: by his clock it is asked before a late call. */
  client?: string;
}

/** A number: a press calls through the telephony, the right button copies it. */
export function PhoneLink({ value, client }: PhoneLinkProps) {
  const { isCalling, press, question, answer } = useCall(value, client);
  const copy = (event: MouseEvent) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    void navigator.clipboard.writeText(value).then(() => notifications.show({ message: `${phone(value)} скопирован` }));
  };
  return (
    <>
      <button
        type="button"
        className="plain link numbers whole"
        aria-disabled={isCalling}
        onClick={press}
        onContextMenu={copy}
        title={isCalling ? `Звоним на ${phone(value)}` : 'Позвонить; правой кнопкой — скопировать'}
      >
        {isCalling ? 'Звоним…' : phone(value)}
      </button>
      <Suspense>{question && <CallQuestion number={phone(value)} question={question} onAnswer={answer} />}</Suspense>
    </>
  );
}
