import type { Phrase } from './prepared';
import classes from './Prepared.module.css';

interface PhraseListProps {
  id: string;
  phrases: Phrase[];
  active: number;
  /** The active one as the client would read it. */
  shown?: string;
  onActive: (index: number) => void;
  onChoose: (phrase: Phrase) => void;
}

/** What a slash found; the keys are those of the field below it. */
export function PhraseList({ id, phrases, active, shown, onActive, onChoose }: PhraseListProps) {
  if (phrases.length === 0) {
    return (
      <div className={classes.slash} role="status">
        Заготовки с такими словами нет. Их заводят в «Настройки» → «Заготовки».
      </div>
    );
  }
  return (
    <div className={classes.slash}>
      <div id={id} role="listbox" aria-label="Быстрые ответы" className={classes.options}>
        {phrases.map((phrase, index) => (
          <div
            key={phrase.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={classes.option}
            ref={(element) => {
              if (index === active) element?.scrollIntoView?.({ block: 'nearest' });
            }}
            onMouseMove={() => onActive(index)}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(phrase)}
          >
            <span className={classes.optionHead}>
              <b className="cut">{phrase.name}</b>
              {phrase.code && <span className="soft">/{phrase.code}</span>}
              {phrase.kind === 'sms' && <span className="soft">SMS</span>}
              {phrase.own && <span className="soft">моя</span>}
            </span>
            <span className={`cut ${classes.optionText}`}>{phrase.text}</span>
          </div>
        ))}
      </div>
      <div className={classes.whole} aria-hidden="true">
        {shown}
      </div>
    </div>
  );
}
