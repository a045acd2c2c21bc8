import { Button, Group, Modal, Text } from '@mantine/core';
import type { Calling } from '../calling';

interface CallQuestionProps {
  number: string;
  question: NonNullable<Calling['question']>;
  onAnswer: Calling['answer'];
}

/** Asks before a call outside the client's working hours. */
export default function CallQuestion({ number, question, onAnswer }: CallQuestionProps) {
  const no = () => onAnswer(false);
  return (
    // The second half of a double press falls beside the dialog and would close it.
    <Modal
      opened
      onClose={no}
      closeOnClickOutside={false}
      title={question.isTheirs ? `У клиента сейчас ${question.clock}` : `Сейчас ${question.clock}`}
      size={400}
    >
      <Text>
        {question.isTheirs ? 'Рабочее время клиента — с 9 до 18.' : 'Часовой пояс клиента неизвестен, время ваше. Обычно звонят с 9 до 18.'}{' '}
        Позвонить на <span className="numbers">{number}</span> сейчас?
      </Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={no} data-autofocus>
          Не звонить
        </Button>
        <Button onClick={() => onAnswer(true)}>Всё равно позвонить</Button>
      </Group>
    </Modal>
  );
}
