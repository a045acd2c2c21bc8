import createFetchClient from 'openapi-fetch';
import { ApiError, OFFLINE } from './problem';
import type { components, paths } from './schema';

/** A schema of the API document by its name. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** The fetch function is looked up at each call, so that tests can replace it. */
export const api = createFetchClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of an answer; a problem and a lost connection are thrown as {@link ApiError}. */
export async function unwrap<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await asked;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(OFFLINE, { cause });
  }
  if (!answer.response.ok) throw ApiError.of(answer.response.status, answer.error);
  return answer.data as Data;
}
