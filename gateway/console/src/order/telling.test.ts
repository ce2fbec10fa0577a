import { expect, test } from 'vitest'
import { byDay, matching, plain, said, who } from './telling'

const line = (change: object) => ({ at: '2026-03-02T09:30:00Z', actor: 'service:orders', action: 'picked', subject: 'MUG-RED', before: '', after: '2', reason: '', ...change })

test('an actor is told in words', () => {
  expect([who('key:shop'), who('person:Ann'), who('somebody')]).toEqual(['API key shop', 'Ann', 'somebody'])
})

test('a history is narrowed to lines that have every word, whoever did it', () => {
  const lines = [line({}), line({ action: 'packed' }), line({ action: 'packed', actor: 'person:Ann' })]
  expect(matching(lines, 'MUG pack', '')).toEqual(lines.slice(1))
  expect(matching(lines, 'pack', 'person:Ann')).toEqual(lines.slice(2))
})

test('the newest day is told first, each day in its own order', () => {
  const [old, first, second] = [line({ at: '2026-03-01T12:00:00Z' }), line({ after: '1' }), line({ after: '2' })]
  expect(byDay([old, first, second]).map(([, lines]) => lines)).toEqual([[first, second], [old]])
})

test('ids that only machines know are left out', () => {
  expect(plain('ret_01M89DP2J76NSXX30RVSZXREAN')).toBe('')
  expect(plain('ret_01M89DP2J76NSXX30RVSZXREAN: 1 × MUG-RED')).toBe('1 × MUG-RED')
  expect(plain('2 × MUG-RED: at berlin')).toBe('2 × MUG-RED: at berlin')
})

test('a code is told in words, and a sentence or a name as it is', () => {
  expect([said('out_for_delivery'), said('2 × MUG_RED'), said('')]).toEqual(['out for delivery', '2 × MUG_RED', ''])
})
