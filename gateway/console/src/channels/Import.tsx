/** What became of each order in a file? */
import { Alert, Button, Card, Group, Progress, ScrollArea, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { count, when } from '@/text/show'
import { t, word } from '@/text/text'
import { done } from './Imports'

type Outcome = Schemas['ImportResult']['outcome']
const OUTCOMES: (Outcome | '')[] = ['', 'refused', 'parked', 'accepted', 'duplicate', 'waiting', 'under_way']

export function Import() {
  const { importId = '' } = useParams()
  const may = useMay()
  const path = { import_id: importId }
  const [outcome, setOutcome] = useState<Outcome | ''>('')
  const asked = useQuery({
    queryKey: ['imports', importId],
    queryFn: () => got(api.GET('/imports/{import_id}', { params: { path } })),
    refetchInterval: (query) => (query.state.data?.ended_at ? false : 1500),
  })
  const pages = usePages<Of<'ImportResult'>>(['imports', importId, outcome], async (after) => {
    const page = await got(api.GET('/imports/{import_id}/orders', { params: { path, query: { outcome, after: Number(after) || 0 } } }))
    return { rows: page.orders, next: page.next ? String(page.next) : '' }
  }, 5_000)
  const stop = useChange((_: null, header) => got(api.POST('/imports/{import_id}/stop', { params: { path, header } })), { refresh: [['imports']] })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const one = asked.data
  const counts: [string, number][] = [
    [t('Orders'), one.orders], [t('Waiting'), one.waiting], [t('Under way'), one.under_way], [t('Accepted'), one.accepted],
    [t('Duplicates'), one.duplicates], [t('Parked'), one.parked], [t('Refused'), one.refused],
  ]
  return (
    <Stack>
      <Head title={t('Import')} about={<>{one.channel} · {when(one.created_at)} · <Link to="/channels">{t('Channels')}</Link></>}>
        <State of={one.state} size="lg" />
        {!one.ended_at && may('channels.write') && <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate(null)}>{t('Stop')}</Button>}
      </Head>
      <Sorry error={stop.error} />
      {one.reason && <Alert color="red">{one.field && <b>{one.field}: </b>}{one.reason}</Alert>}
      <Card>
        <Progress value={done(one)} size="lg" mb="md" aria-label={t('Progress')} animated={!one.ended_at} />
        <Group gap="xl">{counts.map(([name, value]) => <div key={name}><Text fw={700} className="figure">{count(value)}</Text><Text size="xs" className="quiet">{name}</Text></div>)}</Group>
      </Card>
      <ScrollArea type="never"><SegmentedControl size="xs" value={outcome} onChange={(value) => setOutcome(value as Outcome | '')} data={OUTCOMES.map((value) => ({ value, label: value ? word(value) : t('All') }))} /></ScrollArea>
      <Sorry error={pages.error} again={pages.again} />
      <Rows
        label={t('Import')}
        rows={pages.rows}
        id={(row) => `${row.row}`}
        more={pages.more}
        busy={pages.busy}
        empty={<Empty title={t('Nothing here')} />}
        columns={[
          { head: t('Order'), main: true, cell: (row) => (row.order_id ? <Link to={`/orders/${row.order_id}`}>{row.channel_order_id}</Link> : row.channel_order_id || '–') },
          { head: t('Row'), number: true, cell: (row) => row.row },
          { head: t('Lines'), number: true, cell: (row) => row.lines },
          { head: t('Outcome'), cell: (row) => <State of={row.outcome} /> },
          { head: t('Why'), cell: (row) => <Text size="sm" maw={520} component="div">{row.reason}{row.faults.map((fault) => <div key={`${fault.row}${fault.field}`}>{t('row {row}', { row: fault.row })}, <b>{fault.field}</b>: {fault.reason}</div>)}</Text> },
        ]}
      />
    </Stack>
  )
}
