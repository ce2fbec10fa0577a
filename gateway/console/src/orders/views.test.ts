import { expect, test } from 'vitest'
import { addressOf, chosen, columnsOf, filterOf, isChanged, queryOf, type Saved, seenBy, seenIn } from './views'

const filter = { status: 'pending', payment_status: '', fulfillment_status: '', channel: '', tag: 'vip', text: '', placed_from: null, placed_to: null, warehouse_id: '', total_from: null, total_to: null }
const SAVED: Saved = {
  view_id: 'viw_1', name: 'VIPs', filter, columns: ['number', 'total'], position: 0,
  shared: false, mine: true, created_at: '', version: 1, count: null,
}

test('an address tells the view, the filter and the columns, and is read back', () => {
  const seen = { ...seenBy(SAVED), columns: ['number' as const, 'tags' as const] }

  expect(addressOf(seen).toString()).toBe('status=pending&tag=vip&view=viw_1&columns=number%2Ctags')
  expect(seenIn(addressOf(seen))).toEqual(seen)
  expect(seenIn(new URLSearchParams('columns=number,weight')).columns).toEqual(['number'])
})

test('amounts in an address are numbers, and what is no number is no amount', () => {
  expect(filterOf(new URLSearchParams('total_from=0&total_to=9900&warehouse_id=berlin'))).toEqual({ total_from: 0, total_to: 9900, warehouse_id: 'berlin' })
  expect(filterOf(new URLSearchParams('total_from=&total_to=many'))).toEqual({})
  expect(queryOf({ total_from: 0, total_to: null }).toString()).toBe('total_from=0')
})

test('columns belong to the view until others are chosen', () => {
  expect(columnsOf(seenBy(SAVED), SAVED)).toEqual(['number', 'total'])
  expect(columnsOf({ ...seenBy(SAVED), columns: ['number'] }, SAVED)).toEqual(['number'])
  expect(columnsOf(seenBy(SAVED))).toHaveLength(9)
})

test('columns that the view has anyway do not stand in the address', () => {
  expect(chosen(['total', 'number'], SAVED)).toEqual([])
  expect(chosen(['number'], SAVED)).toEqual(['number'])
  expect(chosen(columnsOf({ filter: {}, view: '', columns: [] }))).toEqual([])
})

test('a view is changed by another filter or other columns, and by nothing else', () => {
  const seen = seenBy(SAVED)

  expect(isChanged(seen, SAVED)).toBe(false)
  expect(isChanged({ ...seen, filter: { ...seen.filter, text: 'ann' } }, SAVED)).toBe(true)
  expect(isChanged({ ...seen, columns: ['number'] }, SAVED)).toBe(true)
})
