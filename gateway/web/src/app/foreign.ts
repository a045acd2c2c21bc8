import { ApiError } from '@/api/problem';
import type { ClientStub } from '@/shared/clients';

/** The stub that a refusal carries. */
export function foreignOf(error: unknown): ClientStub | null {
  if (!(error instanceof ApiError) || error.type !== 'foreign-client') return null;
  return error.problem.stub as ClientStub;
}
