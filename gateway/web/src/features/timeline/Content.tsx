import { IconAddressBook, IconAlertTriangle, IconMapPin, IconShoppingCart } from '@tabler/icons-react';
import type { Schema } from '@/api/client';
import { FileCard } from '@/shared/ui/FileCard';
import { FoldedText } from '@/shared/ui/FoldedText';
import { PhoneLink } from '@/shared/ui/PhoneLink';
import { plural } from '@/shared/plural';
import classes from '@/shared/ui/Said.module.css';
import { quoted } from '@/shared/words/quoted';

/** Everything in a message that is more than words. */
export function Content({ content }: { content: Schema<'ContentView'> }) {
  switch (content.type) {
    case 'text':
      return <FoldedText text={content.text} />;
    case 'media':
      return <FileCard media={content.media} />;
    case 'location':
      return (
        <div className={classes.file}>
          <IconMapPin size={22} aria-hidden="true" />
          <span className={classes.fileWords}>
            <span>{content.name ?? 'Место на карте'}</span>
            <span className={classes.small}>{content.address ?? `${content.latitude}, ${content.longitude}`}</span>
          </span>
        </div>
      );
    case 'contacts':
      return (
        <>
          {content.cards.map((card, index) => (
            <div key={index} className={classes.file}>
              <IconAddressBook size={22} aria-hidden="true" />
              <span className={classes.fileWords}>
                <span>{card.name ?? 'Контакт'}</span>
                {card.organization && <span className={classes.small}>{card.organization}</span>}
                {card.phones.map((number) => (
                  <PhoneLink key={number} value={number} />
                ))}
                {card.emails.map((email) => (
                  <span key={email}>{email}</span>
                ))}
              </span>
            </div>
          ))}
        </>
      );
    case 'choice':
      return (
        <div className={classes.file}>
          <span className={classes.fileWords}>
            <span>Выбрано: {content.title}</span>
            {content.description && <span className={classes.small}>{content.description}</span>}
          </span>
        </div>
      );
    case 'form':
      return (
        <div className={classes.file}>
          <span className={classes.fileWords}>
            <span>Анкета {quoted(content.name)}</span>
            {Object.entries(content.fields as Record<string, unknown>).map(([name, value]) => (
              <span key={name} className={classes.small}>
                {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
              </span>
            ))}
          </span>
        </div>
      );
    case 'order':
      return (
        <div className={classes.file}>
          <IconShoppingCart size={22} aria-hidden="true" />
          <span className={classes.fileWords}>
            <span>Заказ, {plural(content.items.length, 'позиция', 'позиции', 'позиций')}</span>
            {content.items.map((item) => (
              <span key={item.sku} className={`${classes.small} numbers`}>
                {item.sku}: {item.quantity} × {item.price} {item.currency}
              </span>
            ))}
          </span>
        </div>
      );
    case 'unsupported':
      return (
        <div className={classes.file}>
          <IconAlertTriangle size={22} aria-hidden="true" />
          <span className={classes.fileWords}>
            <span>Провайдер не передал это сообщение</span>
            <span className={classes.small}>Вид: {content.kind}. Посмотрите его на телефоне.</span>
          </span>
        </div>
      );
  }
}
