import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useRef } from 'react';

interface AttachButtonProps {
  disabled?: boolean;
  isUploading: boolean;
  onFiles: (files: File[]) => void;
}

/** «Приложить файл»: the button, and the dialogue of the browser behind it. */
export function AttachButton({ disabled, isUploading, onFiles }: AttachButtonProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tooltip label="Приложить файл">
        <ActionIcon
          size={36}
          variant="subtle"
          color="gray"
          disabled={disabled}
          loading={isUploading}
          onClick={() => picker.current?.click()}
          aria-label="Приложить файл"
        >
          <IconPaperclip size={20} />
        </ActionIcon>
      </Tooltip>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
