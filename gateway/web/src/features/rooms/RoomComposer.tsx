import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconSend, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react';
import { useMe } from '@/shared/me';
import { useUpload, type Uploaded } from '@/shared/upload';
import { AttachButton } from '@/shared/ui/AttachButton';
import { GrowingField } from '@/shared/ui/GrowingField';
import { UploadedFiles } from '@/shared/ui/UploadedFiles';
import { uuid } from '@/shared/uuid';
import { useRecorder, type Sound } from '@/shared/voice/useRecorder';
import { VoiceBar, VoiceRefusal } from '@/shared/voice/VoiceBar';
import { VoiceButton } from '@/shared/voice/VoiceButton';
import { quoted } from '@/shared/words/quoted';
import { membersQuery, type NewRoomMessage, type Room, type RoomMember, type RoomMessage } from './api';
import { mentionedIn, offered, typedMention } from './mentions';
import classes from './RoomComposer.module.css';

interface RoomComposerProps {
  room: Room;
  /** The message answered. */
  quote?: RoomMessage;
  /** The message whose words are changed. */
  editing?: RoomMessage;
  onDone: () => void;
  onPost: (message: NewRoomMessage) => void;
  onEdit: (message: RoomMessage, text: string) => void;
}

/** Where one writes in a room: words, files, a voice message, «@» for a colleague. */
export function RoomComposer({ room, quote, editing, onDone, onPost, onEdit }: RoomComposerProps) {
  const me = useMe();
  const members = useQuery(membersQuery(room.id)).data ?? [];
  const [draft, setDraft] = useLocalStorage({
    key: `uzel-room-draft-${me.id}-${room.id}`,
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  const [changed, setChanged] = useState('');
  useEffect(() => setChanged(editing?.text ?? ''), [editing]);
  const [text, setText] = editing ? [changed, setChanged] : [draft, setDraft];
  const [cursor, setCursor] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [files, setFiles] = useState<Uploaded[]>([]);
  const field = useRef<HTMLTextAreaElement>(null);
  const upload = useUpload();
  const uploadVoice = useUpload('voice');
  const recorder = useRecorder(room.id);
  useEffect(() => {
    if (quote ?? editing) field.current?.focus();
  }, [quote, editing]);

  const typed = typedMention(text, cursor);
  const people = typed ? offered(members, typed.words, me.id) : [];
  const maySend = !upload.isPending && (text.trim() !== '' || (!editing && files.length > 0));
  const name = (member: RoomMember) => {
    if (!typed) return;
    const put = `@${member.name} `;
    setText(text.slice(0, typed.from) + put + text.slice(cursor));
    setCursor(typed.from + put.length);
    setChosen(0);
    field.current?.focus();
  };
  const press = () => {
    if (!maySend) return;
    const words = text.trim();
    if (editing) {
      onEdit(editing, words);
    } else {
      onPost({
        id: uuid(),
        text: words || null,
        files: files.map((file) => file.id),
        quote_id: quote?.id ?? null,
        mentions: mentionedIn(words, members),
      });
      setDraft('');
      setFiles([]);
    }
    onDone();
    field.current?.focus();
  };
  const sendVoice = (sound: Sound) =>
    uploadVoice.mutate(sound.file, {
      onSuccess: (kept) => {
        onPost({ id: uuid(), text: null, files: [kept.id], quote_id: quote?.id ?? null, mentions: [] });
        recorder.drop();
        onDone();
      },
    });
  const pressed = (event: KeyboardEvent) => {
    if (people.length > 0 && ['ArrowDown', 'ArrowUp', 'Tab', 'Enter'].includes(event.key)) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step === 0) name(people[Math.min(chosen, people.length - 1)]!);
      else setChosen((chosen + step + people.length) % people.length);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      press();
    } else if (event.key === 'Escape') {
      if (quote ?? editing) onDone();
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
    if (!editing) void bring(event.dataTransfer.files);
  };
  const pasted = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0 || editing) return;
    event.preventDefault();
    void bring(event.clipboardData.files);
  };

  return (
    <section className={classes.composer} aria-label="Сообщение в чат" onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
      {(quote ?? editing) && (
        <div className={classes.quote}>
          <span className="cut">
            {editing ? 'Изменение сообщения' : `Ответ: ${quote!.author_name}: ${quote!.text ?? 'файл'}`}
          </span>
          <ActionIcon size={24} variant="subtle" color="gray" onClick={onDone} aria-label={editing ? 'Не изменять' : 'Не цитировать'}>
            <IconX size={14} />
          </ActionIcon>
        </div>
      )}
      {!editing && <UploadedFiles files={files} onRemove={(file) => setFiles(files.filter((other) => other !== file))} />}
      {people.length > 0 && (
        <ul className={classes.people} role="listbox" id="room-mentions" aria-label="Кого упомянуть">
          {people.map((member, index) => (
            <li
              key={member.user_id}
              id={`room-mention-${index}`}
              role="option"
              aria-selected={index === chosen}
              onPointerDown={(event) => {
                event.preventDefault();
                name(member);
              }}
            >
              {member.name}
            </li>
          ))}
        </ul>
      )}
      <VoiceRefusal phase={recorder.phase} />
      {recorder.phase.at !== 'off' ? (
        <VoiceBar recorder={recorder} isSending={uploadVoice.isPending} error={uploadVoice.error?.message} onSend={sendVoice} />
      ) : (
        <div className={classes.line}>
          <GrowingField
            ref={field}
            className={classes.field}
            aria-label="Текст сообщения"
            aria-controls={people.length > 0 ? 'room-mentions' : undefined}
            aria-activedescendant={people.length > 0 ? `room-mention-${chosen}` : undefined}
            placeholder={`Написать в ${quoted(room.name)}, @ — упомянуть`}
            maxLength={20_000}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setCursor(event.currentTarget.selectionStart);
              setChosen(0);
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
            onKeyDown={pressed}
            onPaste={pasted}
          />
          {!editing && <AttachButton isUploading={upload.isPending} onFiles={(brought) => void bring(brought)} />}
          {!editing && <VoiceButton start={recorder.start} stop={recorder.stop} disabled={false} />}
          <Tooltip label="Enter — отправить, Shift+Enter — новая строка">
            <Button onClick={press} disabled={!maySend} px={14} rightSection={<IconSend size={16} />} aria-label={editing ? 'Сохранить' : 'Отправить'} aria-keyshortcuts="Enter">
              <span className={classes.word}>{editing ? 'Сохранить' : 'Отправить'}</span>
            </Button>
          </Tooltip>
        </div>
      )}
    </section>
  );
}
