/** What waits for which carrier, and what has been handed over at once? */
import { Badge, Button, Card, Checkbox, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { count, when } from '@/text/show'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { ScanBox } from '@/warehouse/scanner'

type Waiting = Of<'OpenParcels'>

const LISTS = [['open-parcels'], ['manifests'], ['shipments']] as const

export function Manifests() {
  const write = useMay()('shipping.write')
  const { nameOf } = useWarehouse()
  const [scans, setScans] = useState<string[]>([])
  const open = useQuery({ queryKey: ['open-parcels'], queryFn: () => got(api.GET('/open-parcels')), refetchInterval: 10_000 })
  const pages = usePages<Of<'Manifest'>>(['manifests'], async (after) => {
    const page = await got(api.GET('/manifests', { params: { query: { after } } }))
    return { rows: page.manifests, next: page.next }
  }, 5_000)
  return (
    <Stack>
      <Head title={t('Manifests')} about={<Link to="/shipping">{t('Shipping')}</Link>} />
      <Title order={2} size="h4">{t('Waits for its carrier')}</Title>
      {write && (
        <Card>
          <Text size="sm" mb="xs">{t('Scan what leaves now; without a scan all of it does.')}</Text>
          <ScanBox take={(code) => setScans((all) => (all.includes(code) ? all : [...all, code]))} />
          {scans.length > 0 && (
            <Group gap={6} mt="xs">
              <Text size="sm" role="status">{t('{n} scanned', { n: scans.length })}</Text>
              {scans.map((code) => <Badge key={code} variant="light" className="figure">{code}</Badge>)}
              <Button size="xs" variant="subtle" onClick={() => setScans([])}>{t('Forget the scans')}</Button>
            </Group>
          )}
        </Card>
      )}
      <Sorry error={open.error} again={() => void open.refetch()} />
      {open.isPending ? <Busy /> : (
        <Rows
          label={t('Waits for its carrier')}
          rows={open.data?.waiting ?? []}
          id={(one) => `${one.warehouse_id} ${one.carrier}`}
          empty={<Empty title={t('Nothing waits for a carrier')} todo={t('Parcels wait here from their label on until they are handed over.')} />}
          columns={[
            { head: t('Carrier'), main: true, cell: (one) => <b>{one.carrier}</b> },
            { head: t('Warehouse'), cell: (one) => nameOf(one.warehouse_id) || '–' },
            { head: t('Parcels'), number: true, cell: (one) => count(one.parcels) },
            { head: t('Since'), cell: (one) => when(one.since) },
            { head: t('Now'), cell: (one) => write && <HandOverAll of={one} scans={scans} done={() => setScans([])} /> },
          ]}
        />
      )}
      <Title order={2} size="h4">{t('Handed over at once')}</Title>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Manifests')}
          rows={pages.rows}
          id={(one) => one.manifest_id}
          to={(one) => `/shipping/manifests/${one.manifest_id}`}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('There is no manifest yet')} />}
          columns={[
            { head: t('When'), main: true, cell: (one) => <Link className="plain" to={`/shipping/manifests/${one.manifest_id}`}><b>{when(one.closed_at)}</b></Link> },
            { head: t('State'), short: true, cell: (one) => <State of={one.state} /> },
            { head: t('Carrier'), cell: (one) => one.carrier },
            { head: t('Warehouse'), cell: (one) => nameOf(one.warehouse_id) || '–' },
            { head: t('Parcels'), number: true, cell: (one) => count(one.parcels.length) },
            { head: t('By'), cell: (one) => one.closed_by.replace(/^\w+:/, '') },
            { head: t('Problem'), cell: (one) => one.problem && <Text size="sm" c="red">{one.problem}</Text> },
          ]}
        />
      )}
    </Stack>
  )
}

function HandOverAll({ of, scans, done }: { of: Waiting; scans: string[]; done: () => void }) {
  const go = useNavigate()
  const [own, setOwn] = useState(false)
  const body = { carrier: of.carrier, warehouse_id: of.warehouse_id, tracking_numbers: scans, own_list: own }
  const act = useChange((wish: typeof body, header) => got(api.POST('/manifests', { params: { header }, body: wish })), {
    refresh: LISTS,
    done: (manifest) => { done(); void go(`/shipping/manifests/${manifest.manifest_id}`) },
  })
  const what = scans.length ? t('{n} scanned', { n: scans.length }) : t('All parcels: {n}', { n: of.parcels })
  return (
    <Ask label={t('Hand over')} size="xs" variant="light" title={t('Hand over to {carrier}', { carrier: of.carrier })} does={t('Hand over now')} act={act} submit={() => act.mutate(body)}>
      <Text>{what}</Text>
      <Text size="sm" className="quiet">{t('Afterwards their labels cannot be given back, and the customers are told.')}</Text>
      <Checkbox label={t("Without the carrier's own form")} checked={own} onChange={(event) => setOwn(event.currentTarget.checked)} />
    </Ask>
  )
}
