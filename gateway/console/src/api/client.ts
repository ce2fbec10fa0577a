/** How does the console ask the gateway? Typed by its OpenAPI document, refused in words. */
import createClient, { type Middleware } from 'openapi-fetch'
import { heard, heardNothing } from '@/away/away'
import { newKey } from './key'
import { problemOf, unreachable } from './problem'
import type { components, paths } from './schema'

let csrfToken = ''
let onLoggedOut = () => {}

/** Keep what a session says about changes: its CSRF token. */
export function keepToken(token: string) {
  csrfToken = token
}

/** Say what to do when the session has ended. */
export function whenLoggedOut(act: () => void) {
  onLoggedOut = act
}

const headers: Middleware = {
  onRequest({ request }) {
    if (request.method === 'GET') return
    if (csrfToken) request.headers.set('X-CSRF-Token', csrfToken)
    if (!request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', newKey())
  },
  onResponse({ request, response }) {
    heard(response)
    if (response.status === 401 && !new URL(request.url).pathname.startsWith('/login')) onLoggedOut()
  },
  onError: () => {
    heardNothing()
    return unreachable()
  },
}

export const api = createClient<paths>({ baseUrl: window.location.origin })
api.use(headers)

/** An answer: what has a default in the contract is always there. */
export type Shown<T> = T extends (infer U)[]
  ? Shown<U>[]
  : T extends object
    ? { [K in keyof T]-?: Shown<Exclude<T[K], undefined>> }
    : T

export type Schemas = components['schemas']
export type Of<Name extends keyof Schemas> = Shown<Schemas[Name]>

/** Take the answer, or raise the problem that it is. */
export async function got<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<Shown<T>> {
  const { data, error, response } = await asked
  if (!response.ok) throw problemOf(error, response)
  return data as Shown<T>
}
