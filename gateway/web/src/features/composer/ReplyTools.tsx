import { ActionIcon, Tooltip } from '@mantine/core';
import { IconSlash, IconTemplate } from '@tabler/icons-react';
import { memo } from 'react';
import { AttachButton } from '@/shared/ui/AttachButton';

interface ReplyToolsProps {
  isOpen: boolean;
  isPaidByParts: boolean;
  /** Whether files go here. */
  files: boolean;
  hasTemplates: boolean;
  isUploading: boolean;
  onTemplate: () => void;
  onPhrase: () => void;
  onFiles: (files: File[]) => void;
}

/** What can be put into an answer. Drawn anew only when that changes, and not with each key. */
export const ReplyTools = memo(function ReplyTools(props: ReplyToolsProps) {
  const { isOpen, isPaidByParts, files, hasTemplates, isUploading } = props;
  return (
    <>
      {isOpen && hasTemplates && (
        <Tooltip label="Шаблон WhatsApp">
          <ActionIcon size={36} variant="subtle" color="gray" onClick={props.onTemplate} aria-label="Выбрать шаблон">
            <IconTemplate size={20} />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={isPaidByParts ? 'Заготовки и шаблоны SMS: «/» в начале строки' : 'Быстрые ответы: «/» в начале строки'}>
        <ActionIcon size={36} variant="subtle" color="gray" disabled={!isOpen} onClick={props.onPhrase} aria-label="Быстрые ответы">
          <IconSlash size={20} />
        </ActionIcon>
      </Tooltip>
      {files && <AttachButton disabled={!isOpen} isUploading={isUploading} onFiles={props.onFiles} />}
    </>
  );
});
