/** How is an order packed? Scan every item into a box, close it, print label and slip. */
import { Badge, Button, Card, Group, NumberInput, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useSessionStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got, type Schemas } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { ScanBox } from '@/warehouse/scanner'
import { pickKey } from '@/warehouse/sending'
import * as signals from '@/warehouse/signals'
import { type Box, rowOf, wanted } from './boxes'
import { Papers } from './Papers'

export function Pack() {
  const { fulfillmentOrderId: id = '' } = useParams()
  const may = useMay()
  const path = { fulfillment_order_id: id }
  const asked = useQuery({ queryKey: pickKey(id), queryFn: () => got(api.GET('/fulfillments/{fulfillment_order_id}', { params: { path } })) })
  const { cartons } = useWarehouse()
  // they outlive a page that is loaded again
  const [boxes, setBoxes, forgetBoxes] = useSessionStorage<Box[]>({ key: `boxes-${id}`, defaultValue: [], getInitialValueInEffect: false })
  const [weights, setWeights] = useState<Record<number, number>>({})
  const [shout, setShout] = useState({ kind: 'wait', text: t('Scan every item into the box') })
  const act = useChange(
    (packages: Schemas['PackBody']['packages'], header) => got(api.POST('/fulfillments/{fulfillment_order_id}/packages', { params: { path, header }, body: { packages } })),
    { refresh: [pickKey(id), ['fulfillments']], done: forgetBoxes },
  )
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const list = asked.data
  const proposed = (number: number) => list.proposed_cartons[number] ?? list.proposed_cartons.at(-1) ?? cartons[0]?.carton ?? ''
  const open: Box[] = boxes.length ? boxes : [{ carton: proposed(0), barcodes: [] }]
  const rows = wanted(list.lines, open)
  const complete = rows.length > 0 && rows.every((row) => row.scanned === row.pieces)
  const say = (kind: string, text: string) => {
    setShout({ kind, text })
    if (kind === 'bad') signals.bad()
    else signals.good()
  }
  const change = (number: number, box: Partial<Box>) => setBoxes(open.map((one, at) => (at === number ? { ...one, ...box } : one)))
  const take = (code: string) => {
    const row = rowOf(rows, code)
    if (!row) return say('bad', t('Wrong: {code} is not in this order', { code }))
    if (row.scanned >= row.pieces) return say('bad', t('Enough of {sku}: put this one back', { sku: row.sku }))
    const last = open.length - 1
    change(last, { barcodes: [...(open[last]?.barcodes ?? []), code] })
    say('good', `${row.name || row.sku} · ${row.scanned + 1}/${row.pieces}`)
  }
  const packing = list.allowed.includes('pack') && may('packing.write')
  return (
    <Stack gap="md">
      <Head title={t('Order #{n}', { n: list.number })} about={<>{list.warehouse_name} · <Link to="/packing">{t('Packing bench')}</Link></>}><State of={list.status} /></Head>
      {list.status === 'closed' && <Papers list={list} />}
      {packing && <ScanBox take={take} />}
      {packing && <div className="shout" data-kind={shout.kind} role={shout.kind === 'bad' ? 'alert' : 'status'} key={shout.text}>{shout.text}</div>}
      {!packing && list.status !== 'closed' && <Text>{t('This cannot be packed now.')} <Link to={`/picking/${id}`}>{t('Pick it first')}</Link></Text>}
      {packing && (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Card>
            <Title order={2} size="h4" mb="sm">{t('Items')}</Title>
            <Stack gap="xs">
              {rows.map((row) => (
                <Group key={row.line_id} justify="space-between" wrap="nowrap">
                  <div><Text size="sm" fw={500}>{row.name || row.sku}</Text><Text size="xs" className="quiet">{row.sku}</Text></div>
                  <Badge size="lg" color={row.scanned === row.pieces ? 'teal' : 'gray'} className="figure">{row.scanned}/{row.pieces}</Badge>
                </Group>
              ))}
            </Stack>
          </Card>
          <Stack>
            {open.map((box, number) => (
              <Card key={number}>
                <Group justify="space-between" align="flex-end">
                  <Select
                    label={t('Box {n}', { n: number + 1 })} allowDeselect={false} w={200}
                    description={proposed(number) && t('{carton} is proposed', { carton: proposed(number) })}
                    data={cartons.map((one) => one.carton)} value={box.carton} onChange={(carton) => change(number, { carton: carton ?? '' })}
                  />
                  <NumberInput label={t('Weight in grams')} w={140} min={0} placeholder={t('as reckoned')} value={weights[number] ?? ''} onChange={(value) => setWeights({ ...weights, [number]: Number(value) || 0 })} />
                </Group>
                <Text size="sm" mt="xs">{t('{n} items', { n: box.barcodes.length })}</Text>
                {number === open.length - 1 && box.barcodes.length > 0 && (
                  <Button mt="xs" size="xs" variant="subtle" color="gray" onClick={() => change(number, { barcodes: box.barcodes.slice(0, -1) })}>{t('Take the last one out')}</Button>
                )}
              </Card>
            ))}
            <Group>
              <Button variant="default" disabled={!open.at(-1)?.barcodes.length || complete} onClick={() => setBoxes([...open, { carton: proposed(open.length), barcodes: [] }])}>{t('Another box')}</Button>
              <Button disabled={!complete} loading={act.isPending} onClick={() => act.mutate(open.map((box, number) => ({ ...box, weight_g: weights[number] || null })))}>{t('Close and buy the label')}</Button>
            </Group>
            <Sorry error={act.error} />
          </Stack>
        </SimpleGrid>
      )}
    </Stack>
  )
}
