/** How much is there of one SKU, and why? Each number with the ledger behind it. */
import { Card, Group, SimpleGrid, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { count } from '@/text/show'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { Adjust, Receive } from './Changes'
import { Ledger } from './Ledger'

const KINDS = ['on_hand', 'reserved', 'allocated', 'unavailable', 'available'] as const
const HEADS = { on_hand: 'On hand', reserved: 'Reserved', allocated: 'Allocated', unavailable: 'Unavailable', available: 'Available' } as const

export function Sku() {
  const sku = decodeURIComponent(useParams()['*'] ?? '')
  const may = useMay()
  const { nameOf } = useWarehouse()
  const [asking, setAsking] = useState('')
  const asked = useQuery({
    queryKey: ['sku', sku],
    queryFn: () => got(api.GET('/skus/{sku}', { params: { path: { sku } } })),
    refetchInterval: 10_000,
  })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const { data, stock, available } = asked.data
  const size = data.dimensions
  return (
    <Stack>
      <Head title={data.name} about={<>{data.sku} · <Link to="/inventory">{t('Inventory')}</Link></>}>
        {may('stock.write') && <><Receive sku={sku} /><Adjust sku={sku} stock={stock} /></>}
      </Head>
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Fact name={t('Available')} value={count(available)} />
        <Fact name={t('Barcodes')} value={data.barcodes.join(', ') || '–'} />
        <Fact name={t('Size')} value={`${size.length_mm} × ${size.width_mm} × ${size.height_mm} mm`} />
        <Fact name={t('Weight')} value={`${count(data.weight_g)} g`} />
      </SimpleGrid>
      <Card>
        <Title order={2} size="h4" mb="sm">{t('Stock')}</Title>
        <Rows
          bare
          label={t('Stock')}
          rows={stock}
          id={(place) => place.warehouse_id}
          empty={<Text size="sm">{t('There has never been any. Receive some.')}</Text>}
          columns={[
            { head: t('Warehouse'), main: true, cell: (place) => nameOf(place.warehouse_id) },
            ...KINDS.map((kind) => ({
              head: t(HEADS[kind]),
              number: true,
              cell: (place: (typeof stock)[number]) => (
                <UnstyledButton title={t('Why?')} onClick={() => setAsking(place.warehouse_id)} td="underline dotted" className="figure">{count(place[kind])}</UnstyledButton>
              ),
            })),
          ]}
        />
      </Card>
      <Ledger sku={sku} warehouse={asking} choose={setAsking} all={stock.map((place) => ({ value: place.warehouse_id, label: nameOf(place.warehouse_id) }))} nameOf={nameOf} />
    </Stack>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return <Card p="sm"><Text size="xs" className="quiet">{name}</Text><Group><Text fw={600} size="sm">{value}</Text></Group></Card>
}
