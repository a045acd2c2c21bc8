import { notifications } from '@mantine/notifications';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { api, unwrap } from '@/api/client';
import { ApiError } from '@/api/problem';
import { clientQuery } from './clients';
import { useDeed } from './deed';
import { clientClock, ownZone, phone } from './format';
import { uuid } from './uuid';

/** So long the phones are being rung after a press: a further one begins nothing. */
const SETTING_UP_MS = 8000;
/** A call that came to nothing can be pressed again, but not by the second half of a double press. */
const REFUSED_MS = 500;
/** A press without an answer may have begun a call: again within this time it is the same press. */
const LOST_MS = 60_000;

/** Numbers that are being called; one may stand at several places of a screen. */
const settingUp = new Set<string>();
const lost = new Map<string, { id: string; at: number }>();
const listeners = new Set<() => void>();

function mark(number: string, isCalling: boolean): void {
  if (isCalling) settingUp.add(number);
  else settingUp.delete(number);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A time at which one does not call without a question: what the clock shows, and whether it is the client's. */
export interface LateHour {
  clock: string;
  isTheirs: boolean;
}

export interface Calling {
  /** The phones are being rung. */
  isCalling: boolean;
  /** Calls, or asks first outside the client's working hours. */
  press: () => void;
  /** What is to be answered before the call. */
  question?: LateHour;
  answer: (call: boolean) => void;
}

/** Calls a number, of a client where one is known: the person's own phone rings first. One press is one call. */
export function useCall(to: string, client?: string): Calling {
  const number = phone(to);
  const cache = useQueryClient();
  const isCalling = useSyncExternalStore(subscribe, () => settingUp.has(number));
  const [question, setQuestion] = useState<LateHour>();
  const call = useStart(number);
  const start = () => {
    const before = lost.get(number);
    lost.delete(number);
    mark(number, true);
    call.mutate({ id: before && Date.now() - before.at < LOST_MS ? before.id : uuid(), to });
  };
  const press = async () => {
    if (settingUp.has(number) || question) return;
    mark(number, true);
    const late = lateHour(await zoneOf(cache, client), Date.now());
    if (!late) return start();
    mark(number, false);
    setQuestion(late);
  };
  const answer = (isWanted: boolean) => {
    setQuestion(undefined);
    if (isWanted && !settingUp.has(number)) start();
  };
  return { isCalling, press: () => void press(), question, answer };
}

function useStart(number: string) {
  return useDeed({
    mutationFn: (body: { id: string; to: string }) => unwrap(api.POST('/api/calls', { body })),
    onSuccess: (request) => {
      if (request.reason) notifications.show({ color: 'yellow', title: number, message: request.reason });
      else notifications.show({ message: `Сначала зазвонит ваш телефон (${request.extension}), затем ${number}` });
      setTimeout(() => mark(number, false), request.state === 'refused' ? REFUSED_MS : SETTING_UP_MS);
    },
    onError: (error, { id }) => {
      if (error instanceof ApiError && error.isPassing) lost.set(number, { id, at: Date.now() });
      setTimeout(() => mark(number, false), REFUSED_MS);
      notifications.show({ color: 'red', title: 'Позвонить не вышло', message: error.message });
    },
  });
}

/** Where the client sits; what cannot be learnt is unknown and keeps nobody from calling. */
async function zoneOf(cache: QueryClient, client?: string): Promise<string | undefined> {
  if (!client) return undefined;
  return cache.ensureQueryData(clientQuery(client)).then(
    (card) => card.time_zone ?? undefined,
    () => undefined,
  );
}

/** Outside 9–18 of the client; of whom no zone is known, by one's own clock. */
export function lateHour(zone: string | undefined, now: number): LateHour | undefined {
  const theirs = clientClock(zone, now);
  const { text, isDay } = theirs ?? clientClock(ownZone, now)!;
  return isDay ? undefined : { clock: text, isTheirs: theirs !== null };
}
