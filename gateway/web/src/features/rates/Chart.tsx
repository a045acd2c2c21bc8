import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import classes from './Chart.module.css';
import type { Point } from './series';
import { courseOf } from './series';
import { dayWords, decimal } from './words';

const MONTHS = ['янв', 'фев', 'мар', 'апр', 'май', 'июн', 'июл', 'авг', 'сен', 'окт', 'ноя', 'дек'];

interface ChartProps {
  currency: string;
  points: Point[];
}

/** The course of a currency as a line of steps; the table below holds the same in figures. */
export function Chart({ currency, points }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  const [pointed, setPointed] = useState<number | null>(null);
  useEffect(() => {
    const box = place.current;
    if (!box || points.length === 0) return;
    const plot = new UPlot(optionsOf(box, setPointed), dataOf(points), box);
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: box.clientHeight }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.destroy();
      setPointed(null);
    };
    // The colours are read from the page, which has other ones in the dark.
  }, [points, scheme]);

  const shown = points[pointed ?? points.length - 1];
  const hasManual = points.some((point) => point.rate.source === 'manual');
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.head}>
        {shown && (
          <>
            <b className="numbers">{decimal(shown.rate.unit_rate, { min: 4, max: 6 })} ₽</b> за 1 {currency}
            <span className="soft numbers"> на {dayOf(shown)}</span>
            {shown.rate.source === 'manual' && <span className={classes.manual}> · введён вручную</span>}
          </>
        )}
      </figcaption>
      <div ref={place} className={classes.place} role="img" aria-label={inWords(currency, points)} />
      {hasManual && (
        <p className={classes.legend}>
          <span className={classes.dot} aria-hidden="true" /> Введён вручную
        </p>
      )}
    </figure>
  );
}

/** The day for which the rate was set, as in the top bar and in the table: it holds on the days after it. */
const dayOf = ({ rate }: Point) => dayWords(rate.effective_on);

/** What the line shows, in a sentence. */
export function inWords(currency: string, points: Point[]): string {
  const course = courseOf(points);
  if (!course) return `График курса ${currency}: записей нет.`;
  const words = (point: Point) => `${decimal(point.rate.unit_rate, { min: 2, max: 4 })} ₽`;
  return (
    `График курса ${currency}: с ${words(course.first)} на ${dayOf(course.first)} до ${words(course.last)} на ${dayOf(course.last)}, ` +
    `наименьший ${words(course.least)}, наибольший ${words(course.most)}. Те же данные в таблице ниже.`
  );
}

function dataOf(points: Point[]): UPlot.AlignedData {
  return [
    points.map((point) => point.at),
    points.map((point) => point.value),
    points.map((point) => (point.rate.source === 'manual' ? point.value : null)),
  ];
}

function optionsOf(box: HTMLElement, onPoint: (index: number | null) => void): UPlot.Options {
  const style = getComputedStyle(box);
  const tone = (name: string) => style.getPropertyValue(name).trim();
  const [line, soft, grid, late, ground] = [
    tone('--mantine-primary-color-filled'),
    tone('--words-soft'),
    tone('--line'),
    tone('--late'),
    tone('--content'),
  ];
  const axis: UPlot.Axis = { stroke: soft, font: `12px ${style.fontFamily}`, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    legend: { show: false },
    padding: [8, 24, 0, 0],
    tzDate: (at) => UPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { y: { range: (_, least, most) => spread(least, most) } },
    series: [
      {},
      { stroke: line, width: 2, paths: UPlot.paths.stepped!({ align: 1 }), points: { show: false } },
      { stroke: late, paths: () => null, points: { show: true, size: 9, stroke: ground, fill: late, width: 2 } },
    ],
    axes: [
      { ...axis, space: 90, values: (_, marks, __, ___, step) => marks.map((at) => markWords(at, step)) },
      { ...axis, size: 58, values: (_, marks) => marks.map((value) => new Intl.NumberFormat('ru', { maximumFractionDigits: 4 }).format(value)) },
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.left! >= 0 ? (plot.cursor.idx ?? null) : null)] },
  };
}

/** A line that did not move lies in the middle. */
function spread(least: number, most: number): [number, number] {
  const air = most > least ? (most - least) * 0.08 : most * 0.02;
  return [least - air, most + air];
}

const YEAR_S = 360 * 86_400;

/** «5 июн», «2026» for steps of a year; January says its year. */
function markWords(at: number, step: number): string {
  const day = new Date(at * 1000);
  const month = MONTHS[day.getUTCMonth()]!;
  if (step >= YEAR_S) return String(day.getUTCFullYear());
  if (step >= 28 * 86_400) return day.getUTCMonth() === 0 ? `${month} ${day.getUTCFullYear()}` : month;
  return `${day.getUTCDate()} ${month}`;
}
