import { Alert, Badge, Button, FileButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowLeft, IconPaperclip, IconSearch, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useUpload, type Uploaded } from '@/shared/upload';
import { languageName, TEMPLATE_CATEGORIES } from '@/shared/words/template';
import { useLayout } from '@/shared/useLayout';
import { Failed, FormFailure, Loading, Nothing } from '@/shared/ui/States';
import { quoted } from '@/shared/words/quoted';
import type { Conversation, NewMessage } from './api';
import { FieldInputs } from './FieldInputs';
import { given, missingWords, previewQuery, templatesQuery, type Template, type Values } from './prepared';
import classes from './Prepared.module.css';

interface TemplateDialogProps {
  place: Conversation;
  /** `shown` is what the client will read. */
  onSend: (content: NewMessage['content'], shown: string) => void;
  onClose: () => void;
}

/** «Выбрать шаблон»: what the provider lets through at any time, filled in before it goes. */
export function TemplateDialog({ place, onSend, onClose }: TemplateDialogProps) {
  const templates = useQuery(templatesQuery(place));
  const [chosen, setChosen] = useState<Template>();
  const isPhone = useLayout() === 'phone';
  return (
    <Modal opened onClose={onClose} title={chosen ? `Шаблон: ${chosen.name}` : 'Выбрать шаблон'} size="lg" fullScreen={isPhone}>
      {templates.isPending ? (
        <Loading what="Шаблоны загружаются" />
      ) : templates.isError ? (
        <Failed error={templates.error} again={() => void templates.refetch()} />
      ) : chosen ? (
        <Filling
          key={chosen.id}
          place={place}
          template={chosen}
          onBack={() => setChosen(undefined)}
          onSend={(content, shown) => {
            onSend(content, shown);
            onClose();
          }}
        />
      ) : (
        <Choice templates={templates.data} onChoose={setChosen} />
      )}
    </Modal>
  );
}

function Choice({ templates, onChoose }: { templates: Template[]; onChoose: (template: Template) => void }) {
  const [words, setWords] = useState('');
  if (templates.length === 0) {
    return (
      <Nothing title="Одобренных шаблонов нет">
        Их заводят в кабинете WhatsApp. Администратор видит состояние каждого в «Настройки» → «Каналы».
      </Nothing>
    );
  }
  const wanted = words.trim().toLowerCase();
  const found = templates.filter((template) => `${template.name} ${template.text}`.toLowerCase().includes(wanted));
  return (
    <Stack gap="sm">
      <TextInput
        data-autofocus
        aria-label="Поиск шаблона"
        placeholder="Название или слова шаблона"
        leftSection={<IconSearch size={16} />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <ul className={classes.list} aria-label="Шаблоны">
        {found.map((template) => (
          <li key={template.id}>
            <button type="button" className={classes.item} onClick={() => onChoose(template)}>
              <Group gap={6} mb={2}>
                <b>{template.name}</b>
                <Badge variant="default" tt="none">
                  {TEMPLATE_CATEGORIES[template.category] ?? template.category}
                </Badge>
                <Badge variant="default" tt="none">
                  {languageName(template.language)}
                </Badge>
              </Group>
              <span className={classes.words}>{template.text}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <Text c="dimmed">Таких слов нет ни в одном шаблоне.</Text>}
    </Stack>
  );
}

interface FillingProps {
  place: Conversation;
  template: Template;
  onBack: () => void;
  onSend: TemplateDialogProps['onSend'];
}

const HEAD_FILES: Record<string, { what: string; accept: string }> = {
  image: { what: 'Снимок', accept: 'image/jpeg,image/png' },
  video: { what: 'Видео', accept: 'video/mp4,video/3gpp' },
  document: { what: 'Документ', accept: '' },
};

function Filling({ place, template, onBack, onSend }: FillingProps) {
  const [values, setValues] = useState<Values>({});
  const [file, setFile] = useState<Uploaded>();
  const [tried, setTried] = useState(false);
  const upload = useUpload();
  const own = given(template.fields, values);
  const [asked] = useDebouncedValue(own, 250);
  const preview = useQuery(previewQuery(place, { type: 'template', template_id: template.id, values: asked }));
  const head = template.head_file ? (HEAD_FILES[template.head_file] ?? HEAD_FILES.document!) : undefined;
  const missing = missingWords(template.fields, values);
  const wrongFile = file && file.kind !== template.head_file ? `Нужен другой файл: ${head?.what.toLowerCase()}.` : undefined;
  const why = missing ?? (head && !file ? `Приложите: ${head.what.toLowerCase()}` : undefined) ?? wrongFile;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (why) return;
    const content = { type: 'template' as const, template_id: template.id, values: own, head_file: file?.id ?? null };
    onSend(content, preview.data?.text ?? template.text);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {head && (
          <Group gap="xs">
            <FileButton accept={head.accept} onChange={(picked) => picked && upload.mutate(picked, { onSuccess: setFile })}>
              {(props) => (
                <Button {...props} variant="default" loading={upload.isPending} leftSection={<IconPaperclip size={16} />}>
                  {file ? 'Другой файл' : `${head.what} над текстом`}
                </Button>
              )}
            </FileButton>
            {file ? (
              <span className="cut">{file.file_name ?? 'Файл'}</span>
            ) : (
              <Text size="sm" c={tried ? 'var(--bad)' : 'dimmed'}>
                Обязательно: без файла шаблон не отправить
              </Text>
            )}
          </Group>
        )}
        <FormFailure error={upload.error} />
        <FieldInputs fields={template.fields} values={values} onChange={setValues} marked={tried} />
        <section aria-label="Как увидит клиент">
          <Text size="xs" c="dimmed" mb={4}>
            Как увидит клиент
          </Text>
          <div className={classes.preview}>{preview.data?.text ?? template.text}</div>
          {template.buttons.length > 0 && (
            <Text size="xs" c="dimmed" mt={4}>
              Под текстом {template.buttons.length === 1 ? 'кнопка' : 'кнопки'}: {template.buttons.map(quoted).join(', ')}
            </Text>
          )}
        </section>
        <FormFailure error={preview.error} />
        {tried && why && (
          <Alert color="red" variant="light" role="alert">
            {why}
          </Alert>
        )}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" leftSection={<IconArrowLeft size={16} />} onClick={onBack}>
            Другой шаблон
          </Button>
          <Button type="submit" rightSection={<IconSend size={16} />} disabled={upload.isPending}>
            Отправить
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
