/** Which views of the orders does everybody have, and what do they ask for? */
import type { Schemas } from '@/api/client'
import type { Text } from '@/text/text'

export type Filter = Partial<Schemas['OrderFilter']>

export interface View {
  name: Text
  filter: Filter
}

export const VIEWS: View[] = [
  { name: 'All', filter: {} },
  { name: 'Pending', filter: { status: 'pending' } },
  { name: 'To be sent', filter: { status: 'confirmed', fulfillment_status: 'unfulfilled' } },
  { name: 'Partly sent', filter: { status: 'confirmed', fulfillment_status: 'partially_fulfilled' } },
  { name: 'On hold', filter: { fulfillment_status: 'on_hold' } },
  { name: 'Backordered', filter: { fulfillment_status: 'backordered' } },
  { name: 'Completed', filter: { status: 'completed' } },
  { name: 'Canceled', filter: { status: 'canceled' } },
]

export const FIELDS = ['status', 'payment_status', 'fulfillment_status', 'channel', 'tag', 'text', 'placed_from', 'placed_to'] as const

/** Read the filter that stands in the address. */
export function filterOf(query: URLSearchParams): Filter {
  return Object.fromEntries(FIELDS.flatMap((field) => (query.get(field) ? [[field, query.get(field)]] : [])))
}

/** Write a filter into an address; what is empty is left out. */
export function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams()
  for (const field of FIELDS) {
    const value = filter[field]
    if (value) query.set(field, value)
  }
  return query
}

/** Whether the address shows just this view; the words that are searched for do not count. */
export function isView(filter: Filter, view: View): boolean {
  const plain = (one: Filter) => queryOf({ ...one, text: '' }).toString()
  return plain(filter) === plain(view.filter)
}
