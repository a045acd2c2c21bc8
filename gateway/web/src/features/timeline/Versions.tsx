import { Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { dateTime } from '@/shared/format';
import { Content } from './Content';

interface VersionsProps {
  versions: Schema<'Version'>[];
  /** Of what, in the genitive. */
  of?: 'сообщения' | 'комментария';
}

/** «изменено» opens all versions: nothing that was said is lost. */
export function Versions({ versions, of = 'сообщения' }: VersionsProps) {
  const [open, setOpen] = useState(false);
  const missing = of === 'комментария' ? 'Комментарий удалён.' : 'Провайдер сообщил об изменении, но не передал текст.';
  return (
    <>
      <button type="button" className="plain link" onClick={() => setOpen(true)}>
        изменено
      </button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Версии ${of}`}>
        <Stack gap="md">
          {versions.map((version, index) => (
            <div key={`${version.at} ${index}`}>
              <Text size="xs" c="dimmed">
                {index === 0 ? 'Сначала' : index === versions.length - 1 ? 'Сейчас' : 'Затем'}, {dateTime(version.at)}
                {version.author && `, ${version.author.name}`}
              </Text>
              {version.content && version.content.type !== 'text' && <Content content={version.content} />}
              <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {version.text ?? (version.content ? '' : missing)}
              </Text>
            </div>
          ))}
        </Stack>
      </Modal>
    </>
  );
}
