import { expect, test } from 'vitest'
import { left, look, next, withWaiting } from './picking'

const line = (sku: string, quantity: number, change = {}) => ({
  line_id: sku, sku, name: sku, bin: `bin-${sku}`, zone: 'A', quantity, picked: 0, short: 0, packed: 0, barcodes: [sku, `ean-${sku}`], ...change,
})
const scan = (barcode: string, refused = '') => ({ key: barcode, fulfillment_order_id: 'ful_1', barcode, bin: '', quantity: 1, at: 0, refused })

test('a code that no line of the list has is wrong, at once', () => {
  expect(look([line('MUG', 1)], 'ean-TEE')).toEqual({ kind: 'wrong' })
})

test('any of the codes of a thing will do, until there is enough of it', () => {
  const lines = [line('MUG', 1)]
  expect(look(lines, 'ean-MUG').kind).toBe('item')
  expect(look(withWaiting(lines, [scan('MUG')]), 'ean-MUG').kind).toBe('enough')
})

test('what waits to be sent is counted, what was refused is not', () => {
  const [mug] = withWaiting([line('MUG', 3)], [scan('MUG'), scan('ean-MUG', 'no')])
  expect(mug && left(mug)).toBe(2)
})

test('the same thing on two lines fills one after the other', () => {
  const lines = withWaiting([line('MUG', 1), { ...line('MUG', 2), line_id: 'second' }], [scan('MUG'), scan('MUG')])
  expect(lines.map((one) => one.picked)).toEqual([1, 1])
})

test('the next is the first on the way with something left that was not reported short', () => {
  expect(next([line('MUG', 1, { picked: 1 }), line('TEE', 1, { short: 1 }), line('PAN', 1)])?.sku).toBe('PAN')
})
