import { ActionIcon, Alert, Button, Textarea, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconLock, IconPaperclip, IconSend, IconSlash, IconTemplate, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import { ApiError } from '@/api/problem';
import { useMe, useRight } from '@/shared/me';
import { plural } from '@/shared/plural';
import { useUpload, type Uploaded } from '@/shared/upload';
import { UploadedFiles } from '@/shared/ui/UploadedFiles';
import { useNow } from '@/shared/useNow';
import { uuid } from '@/shared/uuid';
import { Failed } from '@/shared/ui/States';
import {
  measureQuery,
  placesQuery,
  useSend,
  writingQuery,
  type Conversation,
  type Entry,
  type NewMessage,
} from './api';
import classes from './Composer.module.css';
import { rowOf } from './meant';
import { NightQuestion } from './NightQuestion';
import { abilitiesOf, permissionOf, windowWords } from './permission';
import { OtherDraft } from './OtherDraft';
import { PhraseDialog } from './PhraseDialog';
import { PhraseList } from './PhraseList';
import { PlacePicker } from './PlacePicker';
import { PlanButton } from './PlanButton';
import { RedChannel } from './RedChannel';
import { TemplateDialog } from './TemplateDialog';
import { carryDraft, useDraft } from './useDraft';
import { usePhrases } from './usePhrases';

/** Signs that are left are told from here on. */
const LAST_SIGNS = 50;

interface ComposerProps {
  contact: string;
  /** The conversation that is open; otherwise the liveliest. */
  conversation?: string;
  /** The client's, for the time of a planned message. */
  zone?: string | null;
  quote?: Entry;
  onQuoteGone: () => void;
  /** A row for the timeline: at once as it is meant, then as the hub has stored it. */
  onRow: (entry: Entry) => void;
}

/** «Ответ»: where to, what, and whether it may go. */
export function Composer(props: ComposerProps) {
  const mayWrite = useRight('clients.write') !== undefined;
  const places = useQuery(placesQuery(props.contact));
  const [chosen, setChosen] = useState<string>();
  if (!mayWrite) return null;
  if (places.isPending) return <div className={classes.composer} aria-busy="true" />;
  if (places.isError) return <Failed error={places.error} again={() => void places.refetch()} />;
  const wanted = chosen ?? props.conversation;
  const place = places.data.find((known) => known.id === wanted) ?? places.data[0];
  if (!place) {
    return (
      <div className={classes.composer}>
        <Alert color="gray" icon={<IconLock size={18} />}>
          Этот человек ещё не писал ни в один канал, ответить некуда.
        </Alert>
      </div>
    );
  }
  return <Field key={place.id} {...props} place={place} places={places.data} onPlace={setChosen} />;
}

interface FieldProps extends ComposerProps {
  place: Conversation;
  places: Conversation[];
  onPlace: (id: string) => void;
}

function Field({ place, places, onPlace, zone, quote, onQuoteGone, onRow }: FieldProps) {
  const me = useMe();
  const now = useNow();
  const writing = useQuery(writingQuery(place.id));
  const draft = useDraft('reply', place.id);
  const { text, setText } = draft;
  const [files, setFiles] = useState<Uploaded[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const upload = useUpload();
  const [night, setNight] = useState<{ message: NewMessage; words: string }>();
  const [caret, setCaret] = useState(text.length);
  const [choosing, setChoosing] = useState(false);
  const listId = useId();
  const send = useSend(place.id, onRow, (message, error) => {
    if (error instanceof ApiError && error.type === 'quiet-hours') {
      setNight({ message, words: error.message });
      return;
    }
    notifications.show({ color: 'red', title: 'Сообщение не принято', message: error.message, autoClose: false });
    onRow({ ...rowOf(message, place, me), state: 'failed', failure: { code: '', text: error.message } });
    if (message.content.type === 'text') draft.restore(message.content.text);
  });
  const permission = writing.data ? permissionOf(writing.data) : undefined;
  const abilities = writing.data ? abilitiesOf(writing.data) : { files: false, quote: false };
  // Until the hub has said, a press is not lost: it is refused there if it has to be.
  const isOpen = permission === undefined || permission.kind === 'open';
  const isPaidByParts = place.account?.channel === 'sms';
  const [measured] = useDebouncedValue(text.trim(), 300);
  const measure = useQuery({ ...measureQuery(place.id, measured), enabled: isPaidByParts && measured !== '' && isOpen });
  const length = [...text].length;
  const left = abilities.limit !== undefined ? abilities.limit - length : undefined;
  const tooLong = files.length > 0 && left !== undefined && left < 0;
  const maySend = isOpen && !tooLong && !upload.isPending && (text.trim() !== '' || files.length > 0);
  const soon = permission && windowWords(permission, now);
  const templates = writing.data?.templates.length ?? 0;
  const put = (next: string, at: number) => {
    setText(next);
    setCaret(at);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
    });
  };
  const phrases = usePhrases({ conversation: place.id, text, caret, withSms: isPaidByParts, onText: put });
  const askForPhrase = () => {
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    put(`${before}/`, before.length + 1);
  };
  const sendTemplate = (content: NewMessage['content'], shown: string) => {
    const message: NewMessage = { id: uuid(), conversation: place.id, content, shown };
    onRow(rowOf(message, place, me));
    send.mutate(message);
  };

  const press = (plannedFor?: string) => {
    if (!maySend) return;
    const words = text.trim();
    const message: NewMessage = {
      id: uuid(),
      conversation: place.id,
      draft: draft.version,
      plannedFor,
      quote: abilities.quote ? quote?.id : undefined,
      content:
        files.length > 0
          ? { type: 'files', files: files.map((file) => file.id), caption: words || null }
          : { type: 'text', text: words },
    };
    onRow({ ...rowOf(message, place, me), quote: quote ? { interaction_id: quote.id, text: quote.text } : null });
    send.mutate(message);
    draft.sent();
    setFiles([]);
    onQuoteGone();
    field.current?.focus();
  };
  const decide = (atNight: NewMessage['atNight']) => {
    if (night) send.mutate({ ...night.message, atNight });
    setNight(undefined);
  };
  const takeBack = () => {
    if (!night) return;
    const { message, words } = night;
    onRow({ ...rowOf(message, place, me), state: 'failed', failure: { code: '', text: words } });
    if (message.content.type === 'text') draft.restore(message.content.text);
    setNight(undefined);
  };
  const change = (id: string) => {
    carryDraft(me.id, place.id, id);
    onPlace(id);
  };
  const pressed = (event: KeyboardEvent) => {
    if (phrases.pressed(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      press();
    } else if (event.key === 'Escape') {
      if (quote) onQuoteGone();
      else field.current?.blur();
      event.preventDefault();
    }
  };
  const bring = async (brought: Iterable<File>) => {
    for (const file of brought) {
      await upload.mutateAsync(file).then(
        (kept) => setFiles((before) => [...before, kept]),
        (error: Error) => notifications.show({ color: 'red', title: `«${file.name}» не загружен`, message: error.message }),
      );
    }
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    if (isOpen && abilities.files) void bring(event.dataTransfer.files);
  };
  const pasted = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0 || !abilities.files) return;
    event.preventDefault();
    void bring(event.clipboardData.files);
  };

  return (
    <section className={classes.composer} aria-label="Ответ клиенту" onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
      {quote && abilities.quote && (
        <div className={classes.quote}>
          <span className="cut">
            Ответ на: {quote.text ?? 'сообщение без текста'}
          </span>
          <ActionIcon size={24} variant="subtle" color="gray" onClick={onQuoteGone} aria-label="Не цитировать">
            <IconX size={14} />
          </ActionIcon>
        </div>
      )}
      <UploadedFiles files={files} onRemove={(file) => setFiles(files.filter((other) => other !== file))} />
      <OtherDraft draft={draft} />
      {permission !== undefined && permission.kind !== 'open' && (
        <div className={classes.locked} role="status">
          <IconLock size={16} aria-hidden="true" style={{ flex: 'none' }} />
          {permission.kind === 'templates'
            ? 'Окно WhatsApp закрыто: с последнего сообщения клиента прошло больше суток. Пока клиент не напишет сам, дойдёт только шаблон.'
            : permission.reason}
          {permission.kind === 'templates' && (
            <Button variant="default" size="compact-md" className={classes.choose} onClick={() => setChoosing(true)}>
              Выбрать шаблон
            </Button>
          )}
        </div>
      )}
      {night && (
        <NightQuestion
          words={night.words}
          onMorning={() => decide('hold')}
          onNow={() => decide('send')}
          onBack={takeBack}
        />
      )}
      <RedChannel place={place} places={places} onPlace={onPlace} />
      {writing.isError && (
        <div className={classes.locked} role="alert">
          <IconAlertTriangle size={16} aria-hidden="true" /> {writing.error.message}
        </div>
      )}
      {phrases.isOpen && isOpen && (
        <PhraseList
          id={listId}
          phrases={phrases.phrases}
          active={phrases.active}
          shown={phrases.shown}
          onActive={phrases.setActive}
          onChoose={phrases.choose}
        />
      )}
      {phrases.filling && (
        <PhraseDialog conversation={place.id} phrase={phrases.filling} onInsert={phrases.insertFilled} onClose={phrases.stopFilling} />
      )}
      {choosing && <TemplateDialog place={place} onSend={sendTemplate} onClose={() => setChoosing(false)} />}
      <div className={classes.line}>
        <Textarea
          ref={field}
          className={classes.field}
          aria-label="Текст ответа"
          placeholder={isOpen ? `Ответить: ${place.contact.name}` : 'Сейчас написать нельзя'}
          autosize
          minRows={1}
          maxRows={10}
          disabled={permission !== undefined && !isOpen}
          value={text}
          error={tooLong ? `Подпись к файлу длиннее допустимого на ${plural(-left!, 'знак', 'знака', 'знаков')}` : undefined}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setCaret(event.currentTarget.selectionStart);
          }}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
          aria-autocomplete="list"
          aria-controls={phrases.isOpen && phrases.phrases.length > 0 ? listId : undefined}
          aria-activedescendant={phrases.isOpen && phrases.phrases.length > 0 ? `${listId}-${phrases.active}` : undefined}
          onKeyDown={pressed}
          onPaste={pasted}
        />
        <PlacePicker place={place} places={places} onPlace={change} note={soon} />
        {isOpen && templates > 0 && (
          <Tooltip label="Шаблон WhatsApp">
            <ActionIcon size={36} variant="subtle" color="gray" onClick={() => setChoosing(true)} aria-label="Выбрать шаблон">
              <IconTemplate size={20} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={isPaidByParts ? 'Заготовки и шаблоны SMS: «/» в начале строки' : 'Быстрые ответы: «/» в начале строки'}>
          <ActionIcon size={36} variant="subtle" color="gray" disabled={!isOpen} onClick={askForPhrase} aria-label="Быстрые ответы">
            <IconSlash size={20} />
          </ActionIcon>
        </Tooltip>
        {abilities.files && (
          <Tooltip label="Приложить файл">
            <ActionIcon
              size={36}
              variant="subtle"
              color="gray"
              disabled={!isOpen}
              loading={upload.isPending}
              onClick={() => picker.current?.click()}
              aria-label="Приложить файл"
            >
              <IconPaperclip size={20} />
            </ActionIcon>
          </Tooltip>
        )}
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            void bring([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
        <Tooltip label="Enter — отправить, Shift+Enter — новая строка">
          <Button onClick={() => press()} disabled={!maySend} px={14} rightSection={<IconSend size={16} />} aria-label="Отправить" aria-keyshortcuts="Enter">
            <span className={classes.word}>Отправить</span>
          </Button>
        </Tooltip>
        <PlanButton zone={zone} disabled={!maySend} onPlan={press} />
      </div>
      <div className={classes.foot} role="status">
        {isPaidByParts && text.trim() !== '' && measure.data && `${plural(measure.data.parts, 'часть', 'части', 'частей')} SMS`}
        {!isPaidByParts && left !== undefined && left < LAST_SIGNS && left >= 0 && `Осталось ${plural(left, 'знак', 'знака', 'знаков')}`}
        {!isPaidByParts && left !== undefined && left < 0 && files.length === 0 && 'Длинный текст уйдёт несколькими сообщениями'}
      </div>
    </section>
  );
}

