/** What is to be picked, in which warehouse? */
import { SegmentedControl, Select, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { who } from '@/order/telling'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'

export function useWarehouse(wanted = true) {
  const may = useMay()
  const [kept, keep] = useLocalStorage({ key: 'warehouse', defaultValue: '', getInitialValueInEffect: false })
  const asked = useQuery({ queryKey: ['warehouses'], queryFn: () => got(api.GET('/warehouses')), staleTime: 300_000, enabled: wanted && may('stock.read') })
  const all = asked.data?.warehouses ?? []
  const chosen = all.some((one) => one.warehouse_id === kept) ? kept : ''
  const nameOf = (id: string) => all.find((one) => one.warehouse_id === id)?.name ?? id
  return { warehouse: chosen, choose: keep, all, nameOf, pending: asked.isPending, error: asked.error, cartons: asked.data?.cartons ?? [] }
}

export function WarehouseChoice({ warehouse, choose, all }: Pick<ReturnType<typeof useWarehouse>, 'warehouse' | 'choose' | 'all'>) {
  return (
    <Select
      aria-label={t('Warehouse')} w={190} allowDeselect={false}
      data={[{ value: '', label: t('All warehouses') }, ...all.map((one) => ({ value: one.warehouse_id, label: one.name }))]}
      value={warehouse} onChange={(value) => choose(value ?? '')}
    />
  )
}

export function PickLists() {
  const place = useWarehouse()
  const [status, setStatus] = useState('open')
  const pages = usePages<Of<'Fulfillment'>>(['fulfillments', status, place.warehouse], async (after) => {
    const page = await got(api.GET('/fulfillments', { params: { query: { status, warehouse_id: place.warehouse, after } } }))
    return { rows: page.fulfillments, next: page.next }
  }, 5_000)
  return (
    <>
      <Head title={t('Pick lists')}><WarehouseChoice {...place} /></Head>
      <SegmentedControl mb="md" value={status} onChange={setStatus} data={[{ value: 'open', label: t('To pick') }, { value: 'in_progress', label: t('Under way') }]} />
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Pick lists')}
          rows={pages.rows}
          id={(one) => one.fulfillment_order_id}
          to={(one) => `/picking/${one.fulfillment_order_id}`}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('Nothing is to be picked')} todo={t('Paid orders appear here, oldest first.')} />}
          columns={[
            { head: t('Order'), main: true, cell: (one) => <Link className="plain" to={`/picking/${one.fulfillment_order_id}`}><b>#{one.number}</b></Link> },
            { head: t('Warehouse'), cell: (one) => one.warehouse_name },
            { head: t('Pieces'), number: true, cell: (one) => one.lines.reduce((sum, line) => sum + line.quantity, 0) },
            { head: t('Picked'), number: true, cell: (one) => one.lines.reduce((sum, line) => sum + line.picked, 0) },
            { head: t('Way'), cell: (one) => <Text size="sm" lineClamp={1}>{one.lines.map((line) => line.bin || line.sku).join(' → ')}</Text> },
            { head: t('Picker'), cell: (one) => who(one.picker) },
          ]}
        />
      )}
    </>
  )
}
