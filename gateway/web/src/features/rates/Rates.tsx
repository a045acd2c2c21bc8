import { Alert, Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconDownload, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useRight } from '@/shared/me';
import { DayField } from '@/shared/ui/DayField';
import { Page } from '@/shared/ui/Page';
import { Failed, Nothing } from '@/shared/ui/States';
import { historyQuery, ratesQuery, useResolveDoubt, type Rate, type RatesNow } from './api';
import { Chart } from './Chart';
import { Converter } from './Converter';
import { Doubts } from './Doubts';
import { EnterRate, type Start } from './EnterRate';
import classes from './Rates.module.css';
import { RateTable } from './RateTable';
import { daysOf, wrongDays, type Period, type RatesSearch } from './search';
import { pointsOf } from './series';
import { WithdrawRate } from './WithdrawRate';
import { dayWords, warningOf } from './words';

const route = getRouteApi('/frame/rates');

const PERIODS: Record<Period, string> = { month: 'Месяц', quarter: 'Квартал', year: 'Год', all: 'Всё' };

/** «Курсы валют»: how they went, in a line and in figures, what is wrong with them, sums, rates by hand. */
export function Rates() {
  const rates = useQuery(ratesQuery);
  if (rates.isPending) {
    return (
      <Page title="Курсы валют">
        <Skeleton height={300} m="md" role="status" aria-label="Курсы загружаются" />
      </Page>
    );
  }
  if (!rates.data) {
    return (
      <Page title="Курсы валют">
        <Failed error={rates.error} again={() => void rates.refetch()} />
      </Page>
    );
  }
  return <Known rates={rates.data} />;
}

/** Which form is open, and the doubt that it decides. */
type Open = { form: 'enter'; start: Start; doubt?: string } | { form: 'withdraw'; rate: Rate };

function Known({ rates }: { rates: RatesNow }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const go = (next: RatesSearch) => void navigate({ to: '/rates', search: { ...search, ...next }, replace: true });
  const mayManage = useRight('rates.manage') !== undefined;
  const resolve = useResolveDoubt();
  const [open, setOpen] = useState<Open>();
  const { today } = rates;
  const currencies = rates.items.map((item) => item.currency);
  const currency = currencies.find((code) => code === search.currency) ?? currencies[0] ?? 'USD';
  const days = daysOf(search, today);
  const wrong = wrongDays(days, today);
  const hasOwnDays = search.from !== undefined || search.until !== undefined;
  const file = (extension: string) =>
    `/api/rates/export.${extension}?${new URLSearchParams({ from: days.from, ...(days.until && { until: days.until }) })}`;
  return (
    <Page
      title="Курсы валют"
      actions={
        mayManage && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setOpen({ form: 'enter', start: { currency, effective_on: today } })}
          >
            Ввести курс вручную
          </Button>
        )
      }
      tools={
        <Group gap="xs" align="flex-end">
          <SegmentedControl
            aria-label="Валюта"
            data={currencies}
            value={currency}
            onChange={(currency) => go({ currency })}
          />
          <SegmentedControl
            aria-label="Период"
            data={[
              ...Object.entries(PERIODS).map(([value, label]) => ({ value, label })),
              ...(hasOwnDays ? [{ value: 'own', label: 'Свои дни' }] : []),
            ]}
            value={hasOwnDays ? 'own' : (search.period ?? 'quarter')}
            onChange={(period) => period !== 'own' && go({ period: period as Period, from: undefined, until: undefined })}
          />
          <Group gap="xs" wrap="nowrap">
            <DayField
              w={130}
              aria-label="С какого дня"
              placeholder="с дня"
              clearable
              value={search.from ?? null}
              onChange={(from) => go({ from: from ?? undefined })}
            />
            <DayField
              w={130}
              aria-label="По какой день"
              placeholder="по день"
              clearable
              value={search.until ?? null}
              onChange={(until) => go({ until: until ?? undefined })}
            />
          </Group>
          <Group gap="xs" ml="auto">
            {['csv', 'xlsx'].map((extension) => (
              <Button
                key={extension}
                component="a"
                variant="default"
                leftSection={<IconDownload size={16} />}
                href={file(extension)}
                download
                aria-label={`Скачать все валюты за период: ${extension === 'csv' ? 'CSV' : 'Excel'}`}
                disabled={!!wrong}
              >
                {extension === 'csv' ? 'CSV' : 'Excel'}
              </Button>
            ))}
          </Group>
        </Group>
      }
    >
      <div className={classes.notes}>
        <Warning rates={rates} />
        {mayManage && (
          <Doubts
            onEnter={({ id, currency, effective_on, reason, figure }) =>
              // A jump counts already: it is another figure that has to be typed.
              setOpen({ form: 'enter', doubt: id, start: { currency, effective_on, ...(reason !== 'jump' && figure) } })
            }
          />
        )}
      </div>
      {wrong ? (
        <Nothing
          title="Такой период не показать"
          action={
            <Button variant="default" onClick={() => go({ from: undefined, until: undefined })}>
              Сбросить
            </Button>
          }
        >
          {wrong}
        </Nothing>
      ) : (
        <History
          key={currency}
          rates={rates}
          currency={currency}
          days={days}
          onWithdraw={mayManage ? (rate) => setOpen({ form: 'withdraw', rate }) : undefined}
        />
      )}
      {open?.form === 'enter' && (
        <EnterRate
          start={open.start}
          currencies={currencies}
          today={today}
          onClose={() => setOpen(undefined)}
          onEntered={() => open.doubt && resolve.mutate(open.doubt)}
        />
      )}
      {open?.form === 'withdraw' && <WithdrawRate rate={open.rate} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

interface HistoryProps {
  rates: RatesNow;
  currency: string;
  days: { from: string; until?: string };
  onWithdraw?: (rate: Rate) => void;
}

function History({ rates, currency, days, onWithdraw }: HistoryProps) {
  const { today } = rates;
  const history = useQuery(historyQuery(currency, days.from, days.until));
  const points = useMemo(() => (history.data ? pointsOf(history.data, today) : []), [history.data, today]);
  return (
    <>
      <div className={classes.over}>
        <div className={classes.line}>
          {history.isPending ? (
            <Skeleton height={348} role="status" aria-label="Записи загружаются" />
          ) : history.isError ? (
            <Failed error={history.error} again={() => void history.refetch()} />
          ) : points.length === 0 ? (
            <Nothing title="Записей нет">
              За эти дни курсов {currency} нет. Выберите другой период; первый год загружается при первом запуске.
            </Nothing>
          ) : (
            <Chart currency={currency} points={points} />
          )}
        </div>
        <Converter currencies={rates.items.map((item) => item.currency)} currency={currency} today={today} />
      </div>
      {history.data && points.length > 0 && (
        <RateTable items={withBefore(history.data)} today={today} onWithdraw={onWithdraw} />
      )}
    </>
  );
}

/** The record in force at the beginning of the period belongs to it, although it is older. */
function withBefore(history: { before: Rate | null; items: Rate[] }): Rate[] {
  return history.before ? [history.before, ...history.items] : history.items;
}

function Warning({ rates }: { rates: RatesNow }) {
  const mayEnter = useRight('rates.manage') !== undefined;
  const maySchedule = useRight('schedule.manage') !== undefined;
  const warning = warningOf(rates, mayEnter);
  if (!warning) return null;
  const answered = rates.bank?.succeeded_at;
  return (
    <Alert
      role="alert"
      color={warning.grave ? 'red' : 'yellow'}
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={warning.title}
    >
      {warning.todo}
      {answered && ` Последний ответ банка: ${dayWords(answered.slice(0, 10))}.`}
      {maySchedule && (
        <>
          {' '}
          <Link to="/settings/schedule" className="link">
            Что и когда выполняется
          </Link>
        </>
      )}
    </Alert>
  );
}
