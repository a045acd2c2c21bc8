import { ActionIcon, Group } from '@mantine/core';
import { IconFile, IconX } from '@tabler/icons-react';
import { size } from '../format';
import type { Uploaded } from '../upload';
import classes from './UploadedFiles.module.css';

/** Files that wait to be sent. */
export function UploadedFiles({ files, onRemove }: { files: Uploaded[]; onRemove: (file: Uploaded) => void }) {
  if (files.length === 0) return null;
  return (
    <Group gap={6} className={classes.files}>
      {files.map((file) => (
        <span key={file.id} className={classes.file}>
          <IconFile size={16} aria-hidden="true" />
          <span className="cut">{file.file_name ?? 'Файл'}</span>
          {file.size_bytes != null && <span className="soft">{size(file.size_bytes)}</span>}
          <ActionIcon
            size={22}
            variant="subtle"
            color="gray"
            onClick={() => onRemove(file)}
            aria-label={`Убрать: ${file.file_name ?? 'файл'}`}
          >
            <IconX size={14} />
          </ActionIcon>
        </span>
      ))}
    </Group>
  );
}
