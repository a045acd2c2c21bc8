import { Skeleton, Tooltip } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRight } from '@/shared/me';
import { ratesQuery, type RatesNow } from './api';
import classes from './RatesLine.module.css';
import { DIRECTIONS, SOURCES, dayWords, decimal, nameOf, oldestDay, shortDay, signed, signOf, warningOf } from './words';

/** So many currencies stand in the top bar; all of them on the page. */
const SHOWN = 2;

/** «$ 00,00 ▲ · ¥ 00,00 ▼ на 05.06», with what to know about it; leads to the page. */
export function RatesLine() {
  const mayEnter = useRight('rates.manage') !== undefined;
  const { data: rates, isPending } = useQuery(ratesQuery);
  if (isPending) return <Skeleton width={150} height={18} className={classes.waiting} role="status" aria-label="Курсы загружаются" />;
  // What was known stays on the screen while the hub does not answer; the strip below tells of that.
  if (!rates) {
    return (
      <Link to="/rates" className={classes.line}>
        <span>Курсы: —</span>
        <span className="unseen"> не загрузились</span>
      </Link>
    );
  }
  const items = rates.items.slice(0, SHOWN);
  const day = oldestDay(items);
  const warning = warningOf(rates, mayEnter);
  return (
    <Tooltip label={<Whole rates={rates} warning={warning?.todo} />} events={{ hover: true, focus: true, touch: false }}>
      <Link to="/rates" className={classes.line}>
        <span className="unseen">Курсы валют: </span>
        {items.map(({ currency, rate, direction }) => (
          <span key={currency} className={classes.one}>
            <span aria-hidden="true">{signOf(currency)}</span>
            <span className="unseen">{nameOf(currency)}</span>{' '}
            <span className="numbers">{rate ? decimal(rate.unit_rate, { min: 2, max: 2 }) : '—'}</span>
            {direction && (
              <>
                {' '}
                <span aria-hidden="true" className={classes.way}>
                  {DIRECTIONS[direction].sign}
                </span>
                <span className="unseen">{DIRECTIONS[direction].word}, </span>
              </>
            )}
          </span>
        ))}
        {day && <span className={classes.day}>на {shortDay(day, rates.today)}</span>}
        {warning && (
          <span className={classes.warning} data-grave={warning.grave || undefined}>
            <IconAlertTriangle size={16} aria-hidden="true" />
            <span className={classes.words}>{warning.short}</span>
          </span>
        )}
      </Link>
    </Tooltip>
  );
}

function Whole({ rates, warning }: { rates: RatesNow; warning?: string }) {
  return (
    <>
      {rates.items.map(({ currency, rate, change, next }) => (
        <div key={currency} className="numbers">
          {currency}: {rate ? `${decimal(rate.unit_rate, { min: 2, max: 6 })} ₽ на ${dayWords(rate.effective_on)}` : 'нет курса'}
          {change && ` (${signed(change, { min: 2, max: 4 })})`}
          {rate && rate.source !== 'bank' && `. ${SOURCES[rate.source]}`}
          {next && `, с ${dayWords(next.effective_on)}: ${decimal(next.unit_rate, { min: 2, max: 6 })} ₽`}
        </div>
      ))}
      {warning && <div>{warning}</div>}
    </>
  );
}
