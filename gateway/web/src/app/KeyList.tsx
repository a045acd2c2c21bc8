import { Kbd, Modal, Table } from '@mantine/core';
import { sections } from './sections';

const KEYS: [string[], string][] = [
  [['Ctrl', 'K'], 'Поиск и команды'],
  [['/'], 'Поиск'],
  [['J'], 'Следующий диалог'],
  [['K'], 'Предыдущий диалог'],
  [['Enter'], 'Открыть диалог'],
  [['E'], 'Закрыть диалог и перейти к следующему'],
  [['S'], 'Отложить диалог до завтра, 9:00'],
  [['R'], 'Ответить'],
  [['N'], 'Комментарий'],
  [['P'], 'Показать или спрятать карточку справа'],
  [['I'], 'Взять клиента себе'],
  [['Esc'], 'Закрыть слой, затем диалог'],
  [['?'], 'Этот список'],
];

export default function KeyList({ onClose }: { onClose: () => void }) {
  const go = sections.map((section): [string[], string] => [['G', section.letter], section.name]);
  return (
    <Modal opened onClose={onClose} title="Клавиши">
      <Table>
        <Table.Tbody>
          {[...KEYS, ...go].map(([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td w={140}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <p className="soft">Важно место клавиши, а не раскладка. Одиночные клавиши отключаются в профиле.</p>
    </Modal>
  );
}
