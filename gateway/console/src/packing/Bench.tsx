/** What waits at the packing bench? Everything that is picked; scan any of its codes to begin. */
import { Text } from '@mantine/core'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { who } from '@/order/telling'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { t } from '@/text/text'
import { useWarehouse, WarehouseChoice } from '@/warehouse/PickLists'

export function Bench() {
  const place = useWarehouse()
  const pages = usePages<Of<'Fulfillment'>>(['fulfillments', 'to-pack', place.warehouse], async (after) => {
    const page = await got(api.GET('/fulfillments', { params: { query: { status: 'in_progress', warehouse_id: place.warehouse, after, limit: 200 } } }))
    return { rows: page.fulfillments.filter((one) => one.allowed.includes('pack')), next: page.next }
  }, 5_000)
  return (
    <>
      <Head title={t('Packing bench')} about={t('Picked and waiting for a box.')}><WarehouseChoice {...place} /></Head>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Packing bench')}
          rows={pages.rows}
          id={(one) => one.fulfillment_order_id}
          to={(one) => `/packing/${one.fulfillment_order_id}`}
          more={pages.more}
          empty={<Empty title={t('Nothing waits to be packed')} todo={<>{t('What is picked appears here.')} <Link to="/picking">{t('Pick lists')}</Link></>} />}
          columns={[
            { head: t('Order'), main: true, cell: (one) => <Link className="plain" to={`/packing/${one.fulfillment_order_id}`}><b>#{one.number}</b></Link> },
            { head: t('Warehouse'), cell: (one) => one.warehouse_name },
            { head: t('Pieces'), number: true, cell: (one) => one.lines.reduce((sum, line) => sum + line.picked, 0) },
            { head: t('Cartons proposed'), cell: (one) => one.proposed_cartons.join(', ') || '–' },
            { head: t('To'), cell: (one) => <Text size="sm">{one.ship_to.city}, {one.ship_to.country}</Text> },
            { head: t('Picker'), cell: (one) => who(one.picker) },
          ]}
        />
      )}
    </>
  )
}
