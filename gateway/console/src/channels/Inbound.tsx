/** What became of each order that a channel sent, and which listings has nobody mapped? */
import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t, word } from '@/text/text'

const STATES = ['', 'parked', 'handed_over', 'placed', 'refused']

export function Inbound() {
  const may = useMay()
  const [state, setState] = useState('')
  const pages = usePages<Of<'Inbound'>>(['inbound', state], async (after) => {
    const page = await got(api.GET('/channel-orders', { params: { query: { state, after } } }))
    return { rows: page.orders, next: page.next }
  })
  return (
    <>
      <SegmentedControl mb="sm" size="xs" value={state} onChange={setState} data={STATES.map((value) => ({ value, label: value ? word(value) : t('All') }))} />
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Orders from channels')}
          rows={pages.rows}
          id={(one) => one.inbound_id}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('Nothing here')} todo={t('What shops and files send appears here first.')} />}
          columns={[
            { head: t('Order'), main: true, cell: (one) => (one.order_id ? <Link to={`/orders/${one.order_id}`}>{one.channel_order_id}</Link> : one.channel_order_id) },
            { head: t('Channel'), cell: (one) => one.channel },
            { head: t('State'), cell: (one) => <State of={one.state} /> },
            { head: t('Received'), cell: (one) => when(one.received_at) },
            { head: t('Why'), cell: (one) => <Text size="sm" maw={420}>{one.reason}</Text> },
            { head: t('There'), cell: (one) => may('orders.read') && <Link to={`/channels/orders/${one.inbound_id}`}>{t('Compare')}</Link> },
            { head: t('Unmapped'), cell: (one) => <Group gap={4}>{one.unmapped.map((listing) => (may('channels.write') ? <MapIt key={listing} channel={one.channel} listing={listing} /> : <Text key={listing} size="sm">{listing}</Text>))}</Group> },
          ]}
        />
      )}
    </>
  )
}

function MapIt({ channel, listing }: { channel: string; listing: string }) {
  const [sku, setSku] = useState(listing)
  const [open, setOpen] = useState(false)
  const asked = useQuery({
    queryKey: ['suggestions', channel, listing],
    queryFn: () => got(api.GET('/channels/{channel}/listings/{listing}/suggestions', { params: { path: { channel, listing } } })),
    enabled: open,
  })
  const act = useChange(
    (wanted: string, header) => got(api.PUT('/channels/{channel}/listings/{listing}', { params: { path: { channel, listing }, header }, body: { sku: wanted } })),
    { refresh: [['inbound'], ['channels']], says: t('It is mapped; what waited for it goes on.') },
  )
  return (
    <Ask label={listing} size="xs" title={t('Which SKU is {listing}?', { listing })} does={t('Map')} act={act} ready={!!sku.trim()} submit={() => act.mutate(sku.trim())} opened={() => setOpen(true)}>
      <TextInput label="SKU" required data-autofocus value={sku} onChange={(event) => setSku(event.currentTarget.value)} />
      {!!asked.data?.suggestions.length && (
        <Group gap="xs" aria-label={t('It may be')}>
          {asked.data.suggestions.map((one) => (
            <Button key={one.sku} size="xs" variant={one.sku === sku ? 'filled' : 'light'} onClick={() => setSku(one.sku)}>{one.sku} · {word(one.why)}</Button>
          ))}
        </Group>
      )}
    </Ask>
  )
}
