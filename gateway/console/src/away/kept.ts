/** What is answered while the gateway is away? What a picker or packer last saw, no older than a shift.

Only what the warehouse works with is kept, and of the customer only where the parcel goes to. All
of it is forgotten when somebody logs out or in, and when the gateway no longer knows who asks.
*/

export const KEPT = 'oms-kept'
export const KEPT_AT = 'X-Kept-At'
export const KEPT_HOURS = 12
const MOST = 100
const LISTS = '/fulfillments'
const ONE = /^\/fulfillments\/(ful_[0-9A-Z]{26})$/
const OTHERS = ['/session', '/warehouses', LISTS]
const AWAY = [502, 503, 504]

interface Fulfillment {
  fulfillment_order_id: string
  ship_to?: { city?: string; country?: string }
}

/** Whether an answer to this may be kept. */
export function isKept(method: string, url: URL): boolean {
  return method === 'GET' && (OTHERS.includes(url.pathname) || ONE.test(url.pathname))
}

/** Whether this was said by something in front of the gateway, because it is away. */
export function isAway(response: Response): boolean {
  return AWAY.includes(response.status) && response.headers.get('Content-Type') !== 'application/problem+json'
}

/** Keep an answer, or forget everything if nobody is logged in any more. */
export async function keep(request: Request, response: Response, now = Date.now()): Promise<void> {
  if (response.status === 401) return forget()
  if (!response.ok) return
  const said: unknown = await response.json()
  const kept = await caches.open(KEPT)
  const headers = { 'Content-Type': 'application/json', [KEPT_AT]: new Date(now).toISOString() }
  await kept.put(request.url, new Response(JSON.stringify(withoutAddress(said)), { headers }))
  await prune(now)
}

/** What was answered last time; a pick list that was never opened is taken from the list it stands in. */
export async function recall(request: Request, now = Date.now()): Promise<Response | undefined> {
  await prune(now)
  const kept = await caches.open(KEPT)
  const wanted = ONE.exec(new URL(request.url).pathname)?.[1]
  return (await kept.match(request.url)) ?? (wanted ? amongLists(kept, wanted) : undefined)
}

/** Forget all that is kept. */
export async function forget(): Promise<void> {
  if ('caches' in globalThis) await caches.delete(KEPT) // browsers have them only behind https
}

/** Forget what is too old, and the oldest of what is too much. */
export async function prune(now = Date.now()): Promise<void> {
  const kept = await caches.open(KEPT)
  const known = await Promise.all((await kept.keys()).map(async (key) => ({ key, at: atOf(await kept.match(key)) })))
  const newestFirst = known.sort((one, other) => other.at - one.at)
  const gone = newestFirst.filter(({ at }, place) => place >= MOST || now - at > KEPT_HOURS * 3_600_000)
  await Promise.all(gone.map(({ key }) => kept.delete(key)))
}

async function amongLists(kept: Cache, wanted: string): Promise<Response | undefined> {
  const lists = (await kept.keys()).filter((key) => new URL(key.url).pathname === LISTS)
  const answers = (await Promise.all(lists.map((key) => kept.match(key)))).filter((one) => one !== undefined)
  for (const answer of answers.sort((one, other) => atOf(other) - atOf(one))) {
    const { fulfillments } = (await answer.json()) as { fulfillments: Fulfillment[] }
    const found = fulfillments.find((one) => one.fulfillment_order_id === wanted)
    if (found) return new Response(JSON.stringify(found), { headers: answer.headers })
  }
  return undefined
}

const atOf = (answer: Response | undefined) => Date.parse(answer?.headers.get(KEPT_AT) ?? '') || 0

function withoutAddress(said: unknown): unknown {
  const { fulfillments, ship_to } = said as { fulfillments?: Fulfillment[] } & Partial<Fulfillment>
  if (fulfillments) return { ...(said as object), fulfillments: fulfillments.map(withoutAddress) }
  return ship_to ? { ...(said as object), ship_to: { city: ship_to.city, country: ship_to.country } } : said
}
