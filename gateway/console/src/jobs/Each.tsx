/** What became of each thing of a job? Of a file the rows with problems first. */
import { Group, ScrollArea, SegmentedControl, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { usePages } from '@/parts/pages'
import { type Column, Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { count, when } from '@/text/show'
import { t, word } from '@/text/text'
import { isImport } from './kinds'

type Row = Of<'JobRow'>
type Shown = '' | Row['state']

const ORDER: Column<Row>[] = [
  { head: t('Order'), main: true, cell: (row) => <Link to={`/orders/${row.subject}`}>{row.label || row.subject}</Link> },
]
const TABLE: Column<Row>[] = [
  { head: t('SKU'), main: true, cell: (row) => row.subject ? <><Link to={`/inventory/${encodeURIComponent(row.subject)}`}>{row.subject}</Link> {row.label}</> : '–' },
  { head: t('Row'), number: true, cell: (row) => count(row.number + 1) },
  { head: t('Changes'), cell: (row) => row.changes.map((one) => <Text key={one.field} size="sm" component="div"><b>{one.field}</b>: {one.before && <><s>{one.before}</s> → </>}{one.after || '–'}</Text>) },
]
const REST: Column<Row>[] = [
  { head: t('State'), short: true, cell: (row) => <State of={row.state} /> },
  { head: t('Outcome'), cell: (row) => (row.outcome === 'nothing_to_do' ? word(row.outcome) : '') },
  { head: t('Why'), cell: (row) => row.problem && <Text size="sm" maw={520}>{row.problem.detail}</Text> },
  { head: t('When'), cell: (row) => when(row.at) },
]

export function Each({ job }: { job: Of<'Job'> }) {
  const ofFile = isImport(job)
  const [chosen, choose] = useState<Shown>()
  const state = chosen ?? (ofFile && job.failed ? 'failed' : '')
  const states: Shown[] = ofFile ? ['failed', 'checked', 'done', 'under_way', 'pending', ''] : ['', 'failed', 'done', 'under_way', 'pending']
  const rests = !!job.ended_at || job.state === 'checked'
  const pages = usePages<Row>(['jobs', job.job_id, 'rows', state, job.state], async (after) => {
    const page = await got(api.GET('/jobs/{job_id}/rows', { params: { path: { job_id: job.job_id }, query: { state, after } } }))
    return { rows: page.rows, next: page.next }
  }, rests ? 60_000 : 2_000)
  return (
    <>
      <Group><ScrollArea type="never"><SegmentedControl size="xs" value={state} onChange={(value) => choose(value as Shown)} data={states.map((value) => ({ value, label: value ? word(value) : t('All') }))} /></ScrollArea></Group>
      <Sorry error={pages.error} again={pages.again} />
      <Rows
        label={t('Job')}
        rows={pages.rows}
        id={(row) => `${row.number}`}
        more={pages.more}
        busy={pages.busy}
        empty={<Empty title={t('Nothing here')} />}
        columns={[...(ofFile ? TABLE : ORDER), ...REST]}
      />
    </>
  )
}
