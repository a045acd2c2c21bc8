import { Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { dateTime } from '@/shared/format';
import { Content } from './Content';

/** «изменено» opens all versions: nothing that was said is lost. */
export function Versions({ versions }: { versions: Schema<'Version'>[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="plain link" onClick={() => setOpen(true)}>
        изменено
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title="Версии сообщения">
        <Stack gap="md">
          {versions.map((version, index) => (
            <div key={version.at}>
              <Text size="xs" c="dimmed">
                {index === 0 ? 'Сначала' : index === versions.length - 1 ? 'Сейчас' : 'Затем'}, {dateTime(version.at)}
              </Text>
              {version.content && version.content.type !== 'text' && <Content content={version.content} />}
              <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {version.text ?? (version.content ? '' : 'Провайдер сообщил об изменении, но не передал текст.')}
              </Text>
            </div>
          ))}
        </Stack>
      </Modal>
    </>
  );
}
