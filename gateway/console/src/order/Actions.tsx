/** What can be done with an order now? Buttons for what the server allows, to who may do it. */
import { TagsInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, got } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'
import { ifMatch } from './match'
import { OpenReturn } from './OpenReturn'
import type { Whole } from './Order'
import { Refund } from './Refund'

export function Actions({ whole }: { whole: Whole }) {
  const may = useMay()
  const { order } = whole
  const can = (action: string, permission = 'orders.write') => order.allowed.includes(action) && may(permission)
  return (
    <>
      {can('tag') && <Tags whole={whole} />}
      {can('hold') && <Hold whole={whole} />}
      {can('refund', 'money.write') && <Refund order={order} />}
      {can('return', 'returns.write') && <OpenReturn order={order} />}
      {can('cancel') && <Cancel whole={whole} />}
    </>
  )
}

function useOfOrder({ order }: Whole) {
  return { path: { order_id: order.order_id }, refresh: [['order', order.order_id], ['orders']] as const }
}

function Tags({ whole }: { whole: Whole }) {
  const { order } = whole
  const { path, refresh } = useOfOrder(whole)
  const [tags, setTags] = useState(order.tags)
  const act = useChange(
    (wanted: string[], key) => got(api.POST('/orders/{order_id}/tags', {
      params: { path, header: key },
      body: { add: wanted.filter((tag) => !order.tags.includes(tag)), remove: order.tags.filter((tag) => !wanted.includes(tag)) },
    })),
    { refresh },
  )
  return (
    <Ask label={t('Tags')} does={t('Save')} act={act} opened={() => setTags(order.tags)} submit={() => act.mutate(tags)}>
      <TagsInput label={t('Tags')} description={t('Press Enter after each.')} value={tags} onChange={setTags} maxTags={50} data-autofocus />
    </Ask>
  )
}

function Hold({ whole }: { whole: Whole }) {
  const { path, refresh } = useOfOrder(whole)
  const [reason, setReason] = useState('')
  const [note, setNote] = useState('')
  const [until, setUntil] = useState('')
  const act = useChange(
    (body: { reason: string; note: string; until: string | null }, key) =>
      got(api.POST('/orders/{order_id}/holds', { params: { path, header: { ...key, ...ifMatch(whole.order) } }, body })),
    { refresh, says: t('The order is on hold.') },
  )
  return (
    <Ask label={t('Hold')} title={t('Put the order on hold')} does={t('Hold')} act={act} ready={!!reason.trim()}
      submit={() => act.mutate({ reason: reason.trim(), note, until: until ? new Date(until).toISOString() : null })}>
      <TextInput label={t('Reason')} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <TextInput label={t('Until')} type="datetime-local" description={t('Empty: until somebody releases it.')} value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
      <Textarea label={t('Note')} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
    </Ask>
  )
}

function Cancel({ whole }: { whole: Whole }) {
  const { path, refresh } = useOfOrder(whole)
  const [reason, setReason] = useState('')
  const act = useChange(
    (wanted: string, key) => got(api.POST('/orders/{order_id}/cancellation', {
      params: { path, header: { ...key, ...ifMatch(whole.order) } }, body: { reason: wanted },
    })),
    { refresh, says: t('The cancellation is under way.') },
  )
  return (
    <Ask label={t('Cancel order')} does={t('Cancel the order')} color="red" variant="light" act={act} ready={!!reason.trim()} submit={() => act.mutate(reason.trim())}>
      <TextInput label={t('Reason')} description={t('What was reserved or paid is given back. The customer may see the reason.')} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  )
}
