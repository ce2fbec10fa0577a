/** Which parcels are where? */
import { Button, ScrollArea, SegmentedControl, Text } from '@mantine/core'
import { Link, useSearchParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { money } from '@/text/show'
import { t, word } from '@/text/text'
import { HandOver } from './HandOver'

const STATES = ['label_purchased', 'pending', 'failed', 'shipped', 'in_transit', 'out_for_delivery', 'exception', 'delivered', 'returned_to_sender', 'lost']

export function Shipments() {
  const [query, setQuery] = useSearchParams()
  const state = query.get('state') ?? 'label_purchased'
  const pages = usePages<Of<'Shipment'>>(['shipments', state], async (after) => {
    const page = await got(api.GET('/shipments', { params: { query: { state, after } } }))
    return { rows: page.shipments, next: page.next }
  })
  return (
    <>
      <Head title={t('Shipping')}>
        <Button component={Link} to="/shipping/manifests" variant="default">{t('Manifests')}</Button>
      </Head>
      <ScrollArea type="never" mb="md">
        <SegmentedControl value={state} onChange={(wanted) => setQuery({ state: wanted }, { replace: true })} data={STATES.map((value) => ({ value, label: word(value) }))} />
      </ScrollArea>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Shipping')}
          rows={pages.rows}
          id={(one) => one.shipment_id}
          to={(one) => `/shipping/${one.shipment_id}`}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('No parcel is in this state')} todo={<>{t('Parcels appear here when they are packed.')} <Link to="/packing">{t('Packing bench')}</Link></>} />}
          columns={[
            { head: t('Tracking'), main: true, cell: (one) => <Link className="plain" to={`/shipping/${one.shipment_id}`}>{one.parcels.map((parcel) => parcel.tracking_number).filter(Boolean).join(', ') || t('no number yet')}</Link> },
            { head: t('Carrier'), cell: (one) => `${one.carrier} ${one.service}` },
            { head: t('State'), cell: (one) => <State of={one.state} /> },
            { head: t('Parcels'), number: true, cell: (one) => one.parcels.length },
            { head: t('Cost'), number: true, cell: (one) => money(one.cost.amount, one.cost.currency) },
            { head: t('Order'), cell: (one) => <Link to={one.return_id ? `/returns/${one.return_id}` : `/orders/${one.order_id}`}>{one.return_id ? t('Return') : `#${one.number}`}</Link> },
            { head: t('Problem'), cell: (one) => one.problem && <Text size="sm" c="red">{one.problem}</Text> },
            { head: t('Now'), cell: (one) => <HandOver shipment={one} size="xs" /> },
          ]}
        />
      )}
    </>
  )
}
