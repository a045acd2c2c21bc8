import type { Schema } from '@/api/client';

/** Rights that may reach over one's own clients only. */
export const SCOPED: Schema<'Right'>[] = [
  'clients.read',
  'clients.write',
  'clients.join',
  'clients.transfer',
  'contacts.correct',
  'clients.lend',
  'tasks.use',
];
