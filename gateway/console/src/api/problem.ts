/** What went wrong, in the words of the gateway (RFC 9457)? */

export interface Fault {
  field: string
  detail: string
}

/** A refusal: `kind` is the end of its type, `errors` say which field is wrong. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    readonly title: string,
    detail: string,
    readonly errors: Fault[] = [],
    readonly code = '',
    readonly retryAfter = 0,
  ) {
    super(detail || title)
  }

  /** Whether the same request may go better in a moment, unchanged. */
  get passes(): boolean {
    return ['unreachable', 'in-progress', 'not-yet', 'internal', 'unavailable'].includes(this.kind)
  }

  /** What is wrong with one field of a form. */
  of(field: string): string | undefined {
    return this.errors.find((fault) => fault.field === field)?.detail
  }
}

/** Read what the gateway said. */
export function problemOf(said: unknown, response: Response): Problem {
  const body = (typeof said === 'object' && said ? said : {}) as Record<string, unknown>
  const kind = String(body.type ?? '').replace(/^.*\/problems\//, '')
  const wait = Number(response.headers.get('Retry-After'))
  return new Problem(
    response.status,
    kind || 'internal',
    String(body.title ?? response.statusText),
    String(body.detail ?? ''),
    (body.errors as Fault[] | undefined) ?? [],
    String(body.code ?? ''),
    Number.isFinite(wait) ? wait : 0,
  )
}

/** The network is away. */
export function unreachable(): Problem {
  return new Problem(0, 'unreachable', 'The server cannot be reached.', '')
}
