/** Which views of the orders does everybody have, what does the address show, and what was changed? */
import type { Of, Schemas } from '@/api/client'
import type { Text } from '@/text/text'

export type Filter = Partial<Schemas['OrderFilter']>
export type Saved = Of<'OrderView'>
export type ColumnKey = Saved['columns'][number]

export interface View {
  name: Text
  filter: Filter
}

/** What is looked at: a filter, the saved view that was chosen, and columns where others are wanted. */
export interface Seen {
  filter: Filter
  view: string
  columns: ColumnKey[]
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

export const FIELDS = ['status', 'payment_status', 'fulfillment_status', 'channel', 'tag', 'text', 'placed_from', 'placed_to', 'warehouse_id', 'total_from', 'total_to'] as const
const AMOUNTS = ['total_from', 'total_to']
const COLUMNS: ColumnKey[] = ['number', 'customer', 'status', 'payment', 'fulfillment', 'channel', 'tags', 'placed', 'total']

/** Read the filter that stands in the address. */
export function filterOf(query: URLSearchParams): Filter {
  return Object.fromEntries(FIELDS.flatMap((field) => {
    const told = query.get(field)
    const value = told && AMOUNTS.includes(field) ? Math.round(Number(told)) : told
    return value === null || value === '' || Number.isNaN(value) ? [] : [[field, value]]
  }))
}

/** Write a filter into an address; what is empty is left out. */
export function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams()
  for (const field of FIELDS) {
    const value = filter[field] ?? ''
    if (value !== '') query.set(field, String(value))
  }
  return query
}

/** Read what the address shows; columns that there are not are left out. */
export function seenIn(query: URLSearchParams): Seen {
  const named = (query.get('columns') ?? '').split(',')
  return { filter: filterOf(query), view: query.get('view') ?? '', columns: COLUMNS.filter((key) => named.includes(key)) }
}

/** Write an address that shows this. */
export function addressOf({ filter, view, columns }: Seen): URLSearchParams {
  const query = queryOf(filter)
  if (view) query.set('view', view)
  if (columns.length) query.set('columns', columns.join(','))
  return query
}

/** What one looks at after a saved view was chosen. */
export function seenBy(saved: Saved): Seen {
  return { filter: filterOf(queryOf(saved.filter)), view: saved.view_id, columns: [] }
}

/** The columns to be shown, in their order: those that were chosen, those of the view, or all. */
export function columnsOf(seen: Seen, saved?: Saved): ColumnKey[] {
  const wanted = seen.columns.length ? seen.columns : saved?.columns ?? []
  return wanted.length ? COLUMNS.filter((key) => wanted.includes(key)) : COLUMNS
}

/** What the address says of these columns: nothing, if the view has them anyway. */
export function chosen(columns: ColumnKey[], saved?: Saved): ColumnKey[] {
  const usual = columnsOf({ filter: {}, view: '', columns: [] }, saved)
  return COLUMNS.filter((key) => columns.includes(key)).join() === usual.join() ? [] : columns
}

/** Whether the address shows just this view; the words that are searched for do not count. */
export function isView(filter: Filter, view: View): boolean {
  const plain = (one: Filter) => queryOf({ ...one, text: '' }).toString()
  return plain(filter) === plain(view.filter)
}

/** Whether what one looks at is not what was saved. */
export function isChanged(seen: Seen, saved: Saved): boolean {
  return queryOf(seen.filter).toString() !== queryOf(saved.filter).toString() || seen.columns.length > 0
}
