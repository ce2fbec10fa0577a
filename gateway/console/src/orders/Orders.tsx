/** Which orders are there? One box searches them all; views and filters stand in the address. */
import { Badge, Checkbox, Group, Loader, Text, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Bulk, type Chosen, useBulk } from '@/jobs/Bulk'
import { Export } from '@/jobs/Export'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Icon } from '@/parts/Icon'
import { usePages } from '@/parts/pages'
import { type Column, Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { briefly, money, when } from '@/text/show'
import { t } from '@/text/text'
import { Columns } from './Columns'
import { Filters } from './Filters'
import { Keep } from './Keep'
import { addressOf, chosen, type ColumnKey, columnsOf, type Filter, queryOf, type Seen, seenIn } from './views'
import { useViews, Views } from './Views'

type Row = Of<'OrderRow'>

const COLUMNS: (Column<Row> & { key: ColumnKey })[] = [
  { key: 'number', head: t('Order'), main: true, cell: (row) => <Link className="plain" to={`/orders/${row.order_id}`}><b>#{row.number}</b></Link> },
  { key: 'customer', head: t('Customer'), short: true, cell: (row) => <Text size="sm" maw={150} truncate title={row.customer}>{row.customer}</Text> },
  { key: 'status', head: t('Status'), short: true, cell: (row) => <State of={row.status} /> },
  { key: 'payment', head: t('Payment'), short: true, cell: (row) => <State of={row.payment_status} /> },
  { key: 'fulfillment', head: t('Fulfillment'), short: true, cell: (row) => <State of={row.fulfillment_status} /> },
  { key: 'channel', head: t('Channel'), short: true, cell: (row) => <Text size="sm" maw={120} truncate title={row.channel_order_id}>{row.channel}{row.channel_order_id && <><br /><Text span size="xs" className="quiet">{row.channel_order_id}</Text></>}</Text> },
  { key: 'tags', head: t('Tags'), short: true, cell: (row) => row.tags.length > 0 && <Group gap={4}>{row.tags.map((tag) => <Badge key={tag} color="gray">{tag}</Badge>)}</Group> },
  { key: 'placed', head: t('Placed'), short: true, cell: (row) => <Text size="sm" className="figure" style={{ whiteSpace: 'nowrap' }} title={when(row.placed_at)}>{briefly(row.placed_at)}</Text> },
  { key: 'total', head: t('Total'), number: true, short: true, cell: (row) => money(row.total.amount, row.total.currency) },
]

export function Orders() {
  const [query, setQuery] = useSearchParams()
  const seen = seenIn(query)
  const { filter } = seen
  const look = (wanted: Seen) => setQuery(addressOf(wanted), { replace: true })
  const choose = (wanted: Filter) => look({ ...seen, filter: wanted })
  const saved = useViews().data?.views ?? []
  const view = saved.find((one) => one.view_id === seen.view)
  const shown = columnsOf(seen, view)
  const bulk = useBulk()
  const [picked, setPicked] = useState<Chosen>([])
  const wished = queryOf(filter).toString()
  useEffect(() => setPicked([]), [wished])
  const pages = usePages(['orders', queryOf(filter).toString()], async (after) => {
    const page = await got(api.GET('/orders', { params: { query: { ...filter, after, limit: 50 } } }))
    return { rows: page.orders, next: page.next }
  })
  return (
    <>
      <Head title={t('Orders')}>
        <Keep seen={seen} saved={saved} choose={look} />
        <Export label={t('Export')} wish={{ kind: 'export_orders', filter }} />
        <Columns all={COLUMNS} shown={shown} choose={(columns) => look({ ...seen, columns: chosen(columns, view) })} />
      </Head>
      <Search text={filter.text ?? ''} busy={pages.stale} search={(text) => choose({ ...filter, text })} />
      <Views seen={seen} saved={saved} choose={look} />
      <Filters filter={filter} choose={choose} />
      {bulk && pages.rows.length > 0 && !pages.stale && <Bulk filter={filter} shown={pages.rows.map((row) => row.order_id)} chosen={picked} choose={setPicked} />}
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Orders')}
          rows={pages.rows}
          columns={[...(bulk ? [tick(picked, setPicked)] : []), ...COLUMNS.filter((column) => shown.includes(column.key))]}
          id={(row) => row.order_id}
          to={(row) => `/orders/${row.order_id}`}
          select={bulk ? (row) => setPicked(toggled(picked, row.order_id)) : undefined}
          more={pages.more}
          busy={pages.busy}
          empty={queryOf(filter).size
            ? <Empty title={t('No order matches')} todo={<>{t('Take a filter away or search for less.')} <Link to="/orders">{t('Show all orders')}</Link></>} />
            : <Empty title={t('There are no orders yet')} todo={<>{t('Connect a shop or import a file, and orders appear here.')} <Link to="/channels">{t('Channels')}</Link></>} />}
        />
      )}
    </>
  )
}

/** The choice with an order more, or without it; of all that match none is taken away. */
function toggled(chosen: Chosen, orderId: string): Chosen {
  if (chosen === 'all') return chosen
  return chosen.includes(orderId) ? chosen.filter((one) => one !== orderId) : [...chosen, orderId]
}

function tick(chosen: Chosen, choose: (chosen: Chosen) => void): Column<Row> {
  const all = chosen === 'all'
  return {
    head: t('Select'),
    bare: true,
    short: true,
    cell: ({ order_id, number }) => (
      <Checkbox
        size="xs"
        aria-label={t('Select order {number}', { number })}
        checked={all || chosen.includes(order_id)}
        disabled={all}
        onChange={() => choose(toggled(chosen, order_id))}
      />
    ),
  }
}

function Search({ text, busy, search }: { text: string; busy: boolean; search: (text: string) => void }) {
  const [typed, setTyped] = useState(text)
  useEffect(() => setTyped(text), [text])
  const later = useDebouncedCallback(search, 150)
  return (
    <TextInput
      mb="sm"
      size="md"
      type="search"
      data-search
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        later(event.currentTarget.value)
      }}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      leftSection={<Icon name="search" />}
      rightSection={busy && <Loader size="xs" />}
      placeholder={t('Number, external id, name, e-mail, phone, postcode, SKU, barcode, tracking, return, invoice …')}
      aria-label={t('Search orders')}
    />
  )
}
