/** How far is a job, and what became of each order? Asked for every second while one looks. */
import { Alert, Button, Card, Group, Progress, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { count, when } from '@/text/show'
import { t, word } from '@/text/text'
import { share } from './Jobs'

type Row = Of<'JobRow'>
const STATES: ('' | Row['state'])[] = ['', 'failed', 'done', 'under_way', 'pending']

export function Job() {
  const { jobId = '' } = useParams()
  const path = { job_id: jobId }
  const asked = useQuery({
    queryKey: ['jobs', jobId],
    queryFn: () => got(api.GET('/jobs/{job_id}', { params: { path } })),
    refetchInterval: (query) => (query.state.data?.ended_at ? false : 1000),
  })
  const cancel = useChange((_: null, header) => got(api.POST('/jobs/{job_id}/cancel', { params: { path, header } })), { refresh: [['jobs']] })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const job = asked.data
  const counts: [string, string][] = [
    [t('Orders'), count(job.total) + (job.counted ? '' : ' …')], [t('Done'), count(job.done)], [t('Failed'), count(job.failed)],
    [t('Waiting'), count(job.total - job.done - job.failed)],
  ]
  return (
    <Stack>
      <Head title={`${t('Job')}: ${word(job.kind)}`} about={<>{job.asked_by.replace(/^\w+:/, '')} · {when(job.made_at)} · <Link to="/jobs">{t('Jobs')}</Link></>}>
        <State of={job.state} size="lg" />
        {!job.ended_at && <Button variant="default" disabled={job.canceling} loading={cancel.isPending} onClick={() => cancel.mutate(null)}>{job.canceling ? t('Is being canceled') : t('Cancel the job')}</Button>}
      </Head>
      <Sorry error={cancel.error} />
      {job.problem && <Alert color="red">{job.problem}</Alert>}
      <Card>
        <Text size="sm" mb="xs">{[job.asked.reason, job.asked.text, job.asked.tags.join(', ')].filter(Boolean).join(' · ')}</Text>
        <Progress value={share(job)} size="lg" mb="md" aria-label={t('Progress')} animated={!job.ended_at} />
        <Group gap="xl">{counts.map(([name, value]) => <div key={name}><Text fw={700} className="figure">{value}</Text><Text size="xs" className="quiet">{name}</Text></div>)}</Group>
      </Card>
      <Each jobId={jobId} ended={!!job.ended_at} />
    </Stack>
  )
}

function Each({ jobId, ended }: { jobId: string; ended: boolean }) {
  const [state, setState] = useState<(typeof STATES)[number]>('')
  const pages = usePages<Row>(['jobs', jobId, 'rows', state, ended], async (after) => {
    const page = await got(api.GET('/jobs/{job_id}/rows', { params: { path: { job_id: jobId }, query: { state, after } } }))
    return { rows: page.rows, next: page.next }
  }, ended ? 60_000 : 2_000)
  return (
    <>
      <Group><SegmentedControl size="xs" value={state} onChange={(value) => setState(value as typeof state)} data={STATES.map((value) => ({ value, label: value ? word(value) : t('All') }))} /></Group>
      <Sorry error={pages.error} again={pages.again} />
      <Rows
        label={t('Job')}
        rows={pages.rows}
        id={(row) => `${row.number}`}
        more={pages.more}
        busy={pages.busy}
        empty={<Empty title={t('Nothing here')} />}
        columns={[
          { head: t('Order'), main: true, cell: (row) => <Link to={`/orders/${row.subject}`}>{row.label || row.subject}</Link> },
          { head: t('State'), short: true, cell: (row) => <State of={row.state} /> },
          { head: t('Outcome'), cell: (row) => (row.outcome === 'nothing_to_do' ? word(row.outcome) : '') },
          { head: t('Why'), cell: (row) => row.problem && <Text size="sm" maw={520}>{row.problem.detail}</Text> },
          { head: t('When'), cell: (row) => when(row.at) },
        ]}
      />
    </>
  )
}
