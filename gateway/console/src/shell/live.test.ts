import { expect, test } from 'vitest'
import { counted, touched } from './live'

test('news of an order are about its page and the lists of orders', () => {
  expect(touched({ topic: 'orders', id: 'ord_1', order_id: 'ord_1' })).toEqual([['orders'], ['mentions'], ['order', 'ord_1'], ['order', 'ord_1']])
})

test('news of a return are about its order, too', () => {
  expect(touched({ topic: 'returns', id: 'ret_1', order_id: 'ord_1' })).toEqual([['returns'], ['return', 'ret_1'], ['order', 'ord_1']])
})

test('news without an id are about the lists', () => {
  expect(touched({ topic: 'orders' })).toEqual([['orders'], ['mentions']])
})

test('news of an order are about the counts of views, others are not', () => {
  expect(counted({ topic: 'orders' })).toEqual([['order-views'], ['order-counts']])
  expect(counted({ topic: 'returns' })).toEqual([])
})
