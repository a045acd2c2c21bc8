/** Why a request was not done, as the hub or the network says it. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string | null;
  request_id?: string | null;
  [more: string]: unknown;
}

/** No answer at all: nothing is known of what became of the request. */
export const OFFLINE: ProblemBody = {
  type: 'offline',
  title: 'Нет связи с сервером',
  status: 0,
  detail: 'Проверьте сеть и повторите. Введённое сохранено на экране.',
};

/** The type of a problem: nobody is signed in, or no longer. */
export const UNAUTHORIZED = 'unauthorized';

/** The hub's own words speak to programs as well. */
const ENDED = { title: 'Сеанс закончился', detail: 'Войдите снова, и вы вернётесь на эту страницу.' };

/** A problem on its way through the query cache. */
export class ApiError extends Error {
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options);
    this.name = 'ApiError';
    this.problem = problem;
  }

  /** From the body of an answer; proxies answer with bodies of their own. */
  static of(status: number, body: unknown): ApiError {
    if (typeof body === 'object' && body !== null && 'type' in body && 'title' in body) {
      const problem = body as ProblemBody;
      return new ApiError(problem.type === UNAUTHORIZED ? { ...problem, ...ENDED } : problem);
    }
    const detail = 'Сервер недоступен или перезапускается. Повторите через несколько секунд.';
    return new ApiError({ type: 'unreadable', title: 'Сервер не ответил как обычно', status, detail });
  }

  get type(): string {
    return this.problem.type;
  }

  /** The field of a form that the problem speaks of. */
  get field(): string | undefined {
    return typeof this.problem.field === 'string' ? this.problem.field : undefined;
  }

  /** Whether another attempt may help by itself. */
  get isPassing(): boolean {
    return this.problem.status === 0 || this.problem.status >= 502 || this.type === 'unavailable';
  }
}

/** The problem of anything thrown. */
export function problemOf(error: unknown): ProblemBody {
  if (error instanceof ApiError) return error.problem;
  return { type: 'internal', title: 'Ошибка на странице', status: 0, detail: 'Обновите страницу и повторите.' };
}
