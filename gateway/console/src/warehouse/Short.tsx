/** What if it is not there? The picker says how many, and why. */
import { NumberInput, Select } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { t, word } from '@/text/text'
import { pickKey } from './sending'

type Reason = Schemas['ReportShortBody']['reason']
const REASONS: Reason[] = ['not_found', 'damaged', 'expired', 'wrong_item', 'other']

export function Short({ id, line, most }: { id: string; line: Of<'PickLine'>; most: number }) {
  const [quantity, setQuantity] = useState(most)
  const [reason, setReason] = useState<Reason>('not_found')
  const act = useChange(
    (body: Schemas['ReportShortBody'], header) => got(api.POST('/fulfillments/{fulfillment_order_id}/shortages', { params: { path: { fulfillment_order_id: id }, header }, body })),
    { refresh: [pickKey(id), ['fulfillments']], says: t('It goes on without it; somebody will count the bin.') },
  )
  return (
    <Ask label={t('Not there')} title={t('{sku} is not there', { sku: line.sku })} does={t('Report it')} color="red" act={act} opened={() => setQuantity(most)} submit={() => act.mutate({ sku: line.sku, quantity, reason })}>
      <NumberInput label={t('How many are missing?')} size="md" min={1} max={most} value={quantity} onChange={(value) => setQuantity(Number(value))} />
      <Select label={t('Reason')} size="md" allowDeselect={false} data={REASONS.map((value) => ({ value, label: word(value) }))} value={reason} onChange={(value) => setReason(value as Reason)} />
    </Ask>
  )
}
