/** How does a state look? The same word has the same color everywhere. */
import { Badge } from '@mantine/core'
import { word } from '@/text/text'

const COLORS: [string, string[]][] = [
  ['teal', ['completed', 'delivered', 'paid', 'captured', 'closed', 'packed', 'accepted', 'placed', 'succeeded', 'fulfilled', 'shipped', 'refunded', 'active', 'done', 'handed_over']],
  ['blue', ['confirmed', 'in_progress', 'in_transit', 'out_for_delivery', 'authorized', 'label_purchased', 'received', 'approved', 'taking', 'reading', 'uploading', 'partially_shipped', 'partially_fulfilled', 'label_issued', 'inspected', 'picking', 'running']],
  ['yellow', ['pending', 'open', 'scheduled', 'requested', 'partially_received', 'partially_refunded', 'unpaid', 'waiting', 'under_way', 'parked', 'incomplete', 'requires_action', 'on_hold', 'partially_paid', 'unfulfilled', 'queued', 'checked']],
  ['red', ['failed', 'exception', 'lost', 'refused', 'declined', 'returned_to_sender', 'expired', 'dead']],
]

export function State({ of, size }: { of: string; size?: string }) {
  if (!of) return null
  const color = COLORS.find(([, words]) => words.includes(of))?.[0] ?? 'gray'
  return <Badge color={color} size={size}>{word(of)}</Badge>
}
