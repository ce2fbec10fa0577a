import { beforeEach, expect, test } from 'vitest'
import { forget, isAway, isKept, keep, KEPT, recall } from './kept'

const HOUR = 3_600_000
const NOON = Date.UTC(2026, 0, 1, 12)
const ID = 'ful_01M89MD17KCV8VECVCRPZHQC07'
const at = (path: string) => new Request(`https://oms.example${path}`)
const said = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
const list = (id: string) => ({ fulfillment_order_id: id, number: 7, ship_to: { name: 'Ada Reader', line1: 'Lindenstr. 5', city: 'Berlin', country: 'DE' } })
const answered = async (path: string, now: number) => (await recall(at(path), now))?.json() as unknown

/** The browser's store of answers, as far as it is used here. */
class Store {
  private named = new Map<string, Map<string, Response>>()

  open = async (name: string) => {
    const held = this.named.get(name) ?? new Map<string, Response>()
    this.named.set(name, held)
    const key = (asked: Request | string) => (typeof asked === 'string' ? asked : asked.url)
    return {
      put: async (asked: string, answer: Response) => void held.set(asked, answer),
      match: async (asked: Request | string) => held.get(key(asked))?.clone(),
      keys: async () => [...held.keys()].map((url) => new Request(url)),
      delete: async (asked: Request) => held.delete(key(asked)),
    }
  }

  delete = async (name: string) => this.named.delete(name)
}

beforeEach(() => {
  globalThis.caches = new Store() as unknown as CacheStorage
})

test('only what the warehouse works with is kept', () => {
  const may = (path: string, method = 'GET') => isKept(method, new URL(`https://oms.example${path}`))
  expect(['/session', '/warehouses', '/fulfillments?status=open', `/fulfillments/${ID}`].every((path) => may(path))).toBe(true)
  expect(['/orders', '/orders/ord_1', '/users', `/fulfillments/${ID}/label`, '/events'].some((path) => may(path))).toBe(false)
  expect(may('/session', 'DELETE')).toBe(false)
})

test('what was kept is answered for twelve hours, with the moment of which it is', async () => {
  await keep(at('/warehouses'), said({ warehouses: [] }), NOON)
  const answer = await recall(at('/warehouses'), NOON + 12 * HOUR)
  expect(answer?.headers.get('X-Kept-At')).toBe('2026-01-01T12:00:00.000Z')
  expect(await answer?.json()).toEqual({ warehouses: [] })
  expect(await recall(at('/warehouses'), NOON + 12 * HOUR + 1)).toBeUndefined()
  expect(await (await caches.open(KEPT)).keys()).toEqual([])
})

test('a pick list that nobody has opened is found in the newest list that has it', async () => {
  await keep(at('/fulfillments?status=open'), said({ fulfillments: [{ ...list(ID), number: 6 }] }), NOON)
  await keep(at('/fulfillments?status=in_progress'), said({ fulfillments: [list(ID)] }), NOON + 1)
  expect(await answered(`/fulfillments/${ID}`, NOON + 2)).toMatchObject({ number: 7 })
  expect(await answered(`/fulfillments/${ID.replace('07', '08')}`, NOON + 2)).toBeUndefined()
})

test('of the customer nothing is kept but the town', async () => {
  await keep(at('/fulfillments'), said({ fulfillments: [list(ID)] }), NOON)
  await keep(at(`/fulfillments/${ID}`), said(list(ID)), NOON)
  const town = { ship_to: { city: 'Berlin', country: 'DE' } }
  expect(await answered('/fulfillments', NOON)).toEqual({ fulfillments: [{ ...list(ID), ...town }] })
  expect(await answered(`/fulfillments/${ID}`, NOON)).toEqual({ ...list(ID), ...town })
})

test('an error is not kept, and who is not logged in any more is forgotten', async () => {
  await keep(at('/session'), said({ user: 'ann' }), NOON)
  await keep(at('/session'), said({}, 500), NOON)
  expect(await answered('/session', NOON)).toEqual({ user: 'ann' })
  await keep(at('/warehouses'), said({}, 401), NOON)
  expect(await recall(at('/session'), NOON)).toBeUndefined()
})

test('no more than a hundred answers are kept, the newest', async () => {
  for (let number = 0; number <= 100; number++) await keep(at(`/fulfillments?after=${number}`), said({ fulfillments: [] }), NOON + number)
  expect(await recall(at('/fulfillments?after=0'), NOON + 101)).toBeUndefined()
  expect(await recall(at('/fulfillments?after=1'), NOON + 101)).toBeDefined()
})

test('what the gateway refuses itself is an answer; what stands before it says that it is away', () => {
  const problem = new Response('{}', { status: 503, headers: { 'Content-Type': 'application/problem+json' } })
  expect([isAway(problem), isAway(said('', 502)), isAway(said('', 500))]).toEqual([false, true, false])
})

test('without a store of answers, as without https, nothing is there to be forgotten', async () => {
  Reflect.deleteProperty(globalThis, 'caches')
  await expect(forget()).resolves.toBeUndefined()
})
