/** How does a return begin? What shall come back, how many, and why. */
import { Group, NumberInput, Select, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { t, word } from '@/text/text'

type Reason = Schemas['ReturnRequestLine']['reason']
const REASONS: Reason[] = ['unwanted', 'too_small', 'too_large', 'not_as_described', 'damaged', 'wrong_item', 'other']

export function OpenReturn({ order }: { order: Of<'Order'> }) {
  const [pieces, setPieces] = useState<Record<string, number>>({})
  const [reason, setReason] = useState<Reason>('unwanted')
  const [note, setNote] = useState('')
  const lines = Object.entries(pieces).filter(([, quantity]) => quantity > 0).map(([line_id, quantity]) => ({ line_id, quantity, reason }))
  const act = useChange(
    (body: { lines: Schemas['ReturnRequestLine'][]; note: string }, key) =>
      got(api.POST('/orders/{order_id}/returns', { params: { path: { order_id: order.order_id }, header: key }, body })),
    { refresh: [['order', order.order_id], ['returns']], says: t('The return is open.') },
  )
  return (
    <Ask label={t('Return')} title={t('Open a return')} does={t('Open the return')} act={act} ready={lines.length > 0} submit={() => act.mutate({ lines, note })}>
      {order.lines.filter((line) => line.shipped > 0).map((line) => (
        <Group key={line.line_id} justify="space-between" wrap="nowrap">
          <Text size="sm">{line.name || line.sku}<Text span size="xs" className="quiet"> · {t('{n} sent, {back} back', { n: line.shipped, back: line.returned })}</Text></Text>
          <NumberInput w={90} min={0} aria-label={line.sku} value={pieces[line.line_id] ?? 0} onChange={(value) => setPieces({ ...pieces, [line.line_id]: Number(value) })} />
        </Group>
      ))}
      <Select label={t('Reason')} allowDeselect={false} data={REASONS.map((value) => ({ value, label: word(value) }))} value={reason} onChange={(value) => setReason(value as Reason)} />
      <Textarea label={t('Note')} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
    </Ask>
  )
}
