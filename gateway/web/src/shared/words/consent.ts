import type { Schema } from '@/api/client';

export const CONSENT_KINDS: Record<Schema<'ConsentKind'>, string> = {
  service: 'Служебные сообщения',
  advertising: 'Рекламные сообщения',
};

export const CONSENT_STATES: Record<Schema<'ConsentState'>, string> = {
  given: 'получено',
  withdrawn: 'отозвано',
  unknown: 'неизвестно',
};
