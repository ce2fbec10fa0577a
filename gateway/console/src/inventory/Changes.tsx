/** How is stock corrected, and how does it come in? */
import { NumberInput, Select, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { t, word } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'

const REASONS: Schemas['AdjustStockBody']['reason'][] = ['stock_take', 'damaged', 'lost', 'found', 'theft', 'expired', 'sample', 'correction', 'initial_stock', 'other']
const refreshed = (sku: string) => [['sku', sku], ['skus'], ['ledger', sku]]

export function Adjust({ sku, stock }: { sku: string; stock: Of<'WarehouseStock'>[] }) {
  const { all } = useWarehouse()
  const [place, setPlace] = useState(stock[0]?.warehouse_id ?? '')
  const [change, setChange] = useState<number | string>('')
  const [reason, setReason] = useState(REASONS[0])
  const [note, setNote] = useState('')
  const act = useChange(
    (body: Schemas['AdjustStockBody'], header) => got(api.POST('/skus/{sku}/adjustments', { params: { path: { sku }, header }, body })),
    { refresh: refreshed(sku), says: t('The stock is corrected.'), done: () => setChange('') },
  )
  const now = stock.find((one) => one.warehouse_id === place)?.on_hand ?? 0
  return (
    <Ask label={t('Adjust')} title={t('Correct the stock')} does={t('Correct')} act={act} ready={!!place && !!Number(change) && !!reason}
      submit={() => reason && act.mutate({ warehouse_id: place, change: Number(change), reason, note })}>
      <Select label={t('Warehouse')} allowDeselect={false} data={all.map((one) => ({ value: one.warehouse_id, label: one.name }))} value={place} onChange={(value) => setPlace(value ?? '')} />
      <NumberInput label={t('Change by')} description={t('Such as -2 or 5.')} value={change} onChange={setChange} data-autofocus />
      <Text size="sm">{t('{n} are on hand now.', { n: now })}</Text>
      <Select label={t('Reason')} allowDeselect={false} data={REASONS.map((value) => ({ value, label: word(value) }))} value={reason} onChange={(value) => setReason(value as (typeof REASONS)[number])} />
      <TextInput label={t('Note')} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
    </Ask>
  )
}

export function Receive({ sku }: { sku: string }) {
  const { all, warehouse } = useWarehouse()
  const [chosen, setPlace] = useState(warehouse)
  const place = chosen || warehouse || (all[0]?.warehouse_id ?? '')
  const [quantity, setQuantity] = useState<number | string>('')
  const [reference, setReference] = useState('')
  const act = useChange(
    (body: Schemas['ReceiveStockBody'], header) => got(api.POST('/skus/{sku}/receipts', { params: { path: { sku }, header }, body })),
    { refresh: refreshed(sku), says: t('It is received.'), done: () => setQuantity('') },
  )
  return (
    <Ask label={t('Receive')} title={t('Receive goods')} does={t('Receive')} act={act} ready={!!place && Number(quantity) > 0}
      submit={() => act.mutate({ warehouse_id: place, quantity: Number(quantity), reference })}>
      <Select label={t('Warehouse')} allowDeselect={false} data={all.map((one) => ({ value: one.warehouse_id, label: one.name }))} value={place} onChange={(value) => setPlace(value ?? '')} />
      <NumberInput label={t('Pieces')} min={1} value={quantity} onChange={setQuantity} data-autofocus />
      <TextInput label={t('Reference')} description={t('Such as the delivery note.')} value={reference} onChange={(event) => setReference(event.currentTarget.value)} />
    </Ask>
  )
}
