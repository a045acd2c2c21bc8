import { ownZone } from './format';
import { useMe } from './me';
import { knownZone } from './plan';
import { zoneWords } from './zones';

/** By whose clocks the company counts its days: the hub begins a day of return and the day of a task at its midnight. */
export function useCompanyZone(): string {
  return knownZone(useMe().company_zone);
}

/** «Москва, UTC+3»; nothing where the company's clocks are those of the viewer. */
export function elsewhere(zone: string): string | undefined {
  return zone === ownZone ? undefined : zoneWords(zone).replace(/ \((.*)\)$/, ', $1');
}
