import 'fake-indexeddb/auto'
import { beforeEach, expect, test } from 'vitest'
import { Problem, unreachable } from '@/api/problem'
import { Queue, type Scan } from './queue'
import { browserShelf } from './shelf'

/** A server that counts each key once, as ours does; it can be away, or lose its answers. */
class Server {
  away = false
  losesAnswers = false
  picked: string[] = []
  private known = new Set<string>()

  take = async (scan: Scan) => {
    if (this.away) throw unreachable()
    if (scan.barcode === 'WRONG') throw new Problem(422, 'refused', 'This cannot be accepted', 'WRONG is not wanted.')
    if (!this.known.has(scan.key)) {
      this.known.add(scan.key)
      this.picked.push(scan.barcode)
    }
    if (this.losesAnswers) throw unreachable()
  }
}

let server: Server
const opened = () => new Queue(browserShelf, server.take, () => {})
let moment = 0
const scan = (barcode: string): Scan => ({ key: `k${++moment}`, fulfillment_order_id: 'ful_1', barcode, bin: '', quantity: 1, at: moment, refused: '' })

beforeEach(async () => {
  server = new Server()
  for (const one of await browserShelf.all()) await browserShelf.remove(one.key)
})

test('what is scanned without a connection is sent when it is back, in the same order', async () => {
  const queue = opened()
  server.away = true
  for (const code of ['A', 'B', 'A']) await queue.add(scan(code))
  expect(await queue.flush()).toBe(false)
  server.away = false
  expect(await queue.flush()).toBe(true)
  expect(server.picked).toEqual(['A', 'B', 'A'])
})

test('a scan whose answer was lost is not counted twice', async () => {
  const queue = opened()
  await queue.add(scan('A'))
  server.losesAnswers = true
  await queue.flush()
  server.losesAnswers = false
  await queue.flush()
  expect(server.picked).toEqual(['A'])
  expect(await queue.list()).toEqual([])
})

test('scans outlive the page on which they were made', async () => {
  server.away = true
  await opened().add(scan('A'))
  server.away = false
  await opened().flush()
  expect(server.picked).toEqual(['A'])
})

test('a refused scan stays to be seen and stops nothing behind it', async () => {
  const queue = opened()
  for (const code of ['WRONG', 'B']) await queue.add(scan(code))
  expect(await queue.flush()).toBe(true)
  expect(server.picked).toEqual(['B'])
  expect((await queue.list()).map((one) => [one.barcode, one.refused])).toEqual([['WRONG', 'WRONG is not wanted.']])
})

test('a session that has ended loses no scan', async () => {
  const queue = opened()
  await queue.add(scan('A'))
  const take = server.take
  server.take = () => Promise.reject(new Problem(401, 'unauthorized', 'Who are you?', ''))
  expect(await opened().flush()).toBe(false)
  server.take = take
  expect(await opened().flush()).toBe(true)
  expect(server.picked).toEqual(['A'])
})

test('asked to send twice at once, it sends each scan once', async () => {
  const queue = opened()
  for (const code of ['A', 'B']) await queue.add(scan(code))
  await Promise.all([queue.flush(), queue.flush()])
  expect(server.picked).toEqual(['A', 'B'])
})
