/** How does a return go? From request to refund on one screen; the server says what is next. */
import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { ifMatch } from '@/order/match'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { money, when } from '@/text/show'
import { t, type Text as Words, word } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { Inspect } from './Inspect'
import { Receive } from './Receive'

type Deed = 'approval' | 'refusal' | 'cancellation'
const DEEDS: { allowed: string; deed: Deed; label: Words; color?: string }[] = [
  { allowed: 'approve', deed: 'approval', label: 'Approve' },
  { allowed: 'decline', deed: 'refusal', label: 'Decline', color: 'red' },
  { allowed: 'cancel', deed: 'cancellation', label: 'Call off', color: 'red' },
]
const DECISIONS: { decision: 'retry' | 'skip' | 'compensate'; label: Words }[] = [
  { decision: 'retry', label: 'Retry' },
  { decision: 'skip', label: 'Skip' },
  { decision: 'compensate', label: 'Give back' },
]

export function Return() {
  const { returnId = '' } = useParams()
  const may = useMay()
  const { nameOf } = useWarehouse()
  const asked = useQuery({
    queryKey: ['return', returnId],
    queryFn: () => got(api.GET('/returns/{return_id}', { params: { path: { return_id: returnId } } })),
    refetchInterval: 10_000,
  })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const one = asked.data
  const can = (action: string) => one.allowed.includes(action) && may('returns.write')
  return (
    <Stack>
      <Head title={t('Return')} about={<><Link to={`/orders/${one.order_id}`}>{t('Order #{n}', { n: one.number })}</Link> · {when(one.opened_at)} · <Link to="/returns">{t('Returns')}</Link></>}>
        <State of={one.status} size="lg" />
        {DEEDS.filter(({ allowed }) => can(allowed)).map(({ deed, label, color }) => <Decide key={deed} one={one} deed={deed} label={label} color={color} />)}
        {DECISIONS.filter(({ decision }) => one.allowed.includes(decision) && may('exceptions.decide')).map(({ decision, label }) => <Resolve key={decision} one={one} decision={decision} label={label} />)}
        {one.label_shipment_id && <Button component="a" variant="default" href={`/shipments/${one.label_shipment_id}/label.pdf`} target="_blank" rel="noreferrer">{t('Label')}</Button>}
        {one.label_shipment_id && <Button component="a" variant="default" href={`/shipments/${one.label_shipment_id}/label-qr.png`} target="_blank" rel="noreferrer">{t('QR code')}</Button>}
      </Head>
      {one.problem && <Text c="red">{one.problem}</Text>}
      <Card>
        <Group gap="xl">
          <div><Text size="xs" className="quiet">{t('Refund')}</Text><Text fw={600}>{money(one.refund, one.currency)}</Text><Text size="xs">{one.refunded ? t('is with the customer') : t('not yet paid')}</Text></div>
          <div><Text size="xs" className="quiet">{t('Comes to')}</Text><Text>{one.warehouse_id ? nameOf(one.warehouse_id) : '–'}</Text></div>
          <div><Text size="xs" className="quiet">{t('Tracking')}</Text><Text className="figure">{one.tracking_number || '–'}</Text></div>
        </Group>
        {(one.note || one.reason) && <Text size="sm" mt="sm">{[one.note, one.reason].filter(Boolean).join(' · ')}</Text>}
      </Card>
      <Card>
        <Title order={2} size="h4" mb="sm">{t('Goods')}</Title>
        <Rows
          bare label={t('Goods')} rows={one.lines} id={(line) => line.line_id} empty={null}
          columns={[
            { head: t('Article'), main: true, cell: (line) => <>{line.name || line.sku}<Text size="xs" className="quiet">{line.sku}</Text></> },
            { head: t('Reason'), cell: (line) => [word(line.reason), line.note].filter(Boolean).join(': ') },
            { head: t('Announced'), number: true, cell: (line) => line.requested },
            { head: t('Received'), number: true, cell: (line) => line.received },
            { head: t('Inspected'), cell: (line) => line.inspected.map((part) => `${part.quantity} × ${part.grade} → ${word(part.disposition)}`).join(', ') || '–' },
            { head: t('Refund'), number: true, cell: (line) => money(line.refund, one.currency) },
          ]}
        />
      </Card>
      {can('receive') && <Receive one={one} />}
      {can('inspect') && <Inspect one={one} />}
    </Stack>
  )
}

export const refreshed = (one: Of<'Return'>) => [['return', one.return_id], ['returns'], ['order', one.order_id]]

function Decide({ one, deed, label, color }: { one: Of<'Return'>; deed: Deed; label: Words; color?: string }) {
  const [reason, setReason] = useState('')
  const act = useChange(
    (body: { reason: string }, key) => got(api.POST(`/returns/{return_id}/${deed}`, { params: { path: { return_id: one.return_id }, header: { ...key, ...ifMatch(one) } }, body })),
    { refresh: refreshed(one) },
  )
  return (
    <Ask label={t(label)} does={t(label)} color={color} variant="light" act={act} submit={() => act.mutate({ reason })}>
      <TextInput label={t('Reason')} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  )
}

function Resolve({ one, decision, label }: { one: Of<'Return'>; decision: 'retry' | 'skip' | 'compensate'; label: Words }) {
  const [reason, setReason] = useState('')
  const act = useChange(
    (wanted: string, key) => got(api.POST('/returns/{return_id}/decisions', { params: { path: { return_id: one.return_id }, header: { ...key, ...ifMatch(one) } }, body: { decision, reason: wanted } })),
    { refresh: refreshed(one) },
  )
  return (
    <Ask label={t(label)} does={t(label)} variant="light" act={act} ready={!!reason.trim()} submit={() => act.mutate(reason.trim())}>
      <TextInput label={t('Why do you decide so?')} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  )
}
