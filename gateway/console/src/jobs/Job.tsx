/** How far is a job, and what became of each thing? Asked for every second while one looks. */
import { Alert, Button, Card, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { count, when } from '@/text/show'
import { t, word } from '@/text/text'
import { Each } from './Each'
import { isExport, isImport, share } from './kinds'

export function Job() {
  const { jobId = '' } = useParams()
  const path = { job_id: jobId }
  const asked = useQuery({
    queryKey: ['jobs', jobId],
    queryFn: () => got(api.GET('/jobs/{job_id}', { params: { path } })),
    refetchInterval: (query) => (query.state.data?.ended_at || query.state.data?.state === 'checked' ? false : 1000),
  })
  const cancel = useChange((_: null, header) => got(api.POST('/jobs/{job_id}/cancel', { params: { path, header } })), { refresh: [['jobs']] })
  const confirm = useChange((_: null, header) => got(api.POST('/jobs/{job_id}/confirm', { params: { path, header } })), { refresh: [['jobs']] })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />
  const job = asked.data
  const said = [job.asked.reason, job.asked.text, job.asked.tags.join(', ')].filter(Boolean).join(' · ')
  return (
    <Stack>
      <Head title={`${t('Job')}: ${word(job.kind)}`} about={<>{job.asked_by.replace(/^\w+:/, '')} · {when(job.made_at)} · <Link to="/jobs">{t('Jobs')}</Link></>}>
        <State of={job.state} size="lg" />
        {job.allowed.includes('confirm') && <Button loading={confirm.isPending} onClick={() => confirm.mutate(null)}>{t('Change {n} rows', { n: count(job.checked) })}</Button>}
        {job.allowed.includes('file') && <Button component="a" variant={isImport(job) ? 'default' : 'filled'} href={`/jobs/${jobId}/file`} download>{isImport(job) ? t('Fetch the rows that failed') : t('Fetch the file')}</Button>}
        {!job.ended_at && <Button variant="default" disabled={!job.allowed.includes('cancel')} loading={cancel.isPending} onClick={() => cancel.mutate(null)}>{job.canceling ? t('Is being canceled') : t('Cancel the job')}</Button>}
      </Head>
      <Sorry error={cancel.error ?? confirm.error} />
      {job.problem && <Alert color="red">{job.problem}</Alert>}
      {job.allowed.includes('confirm') && <Alert color="blue">{t('Nothing is changed yet. Look at the rows, and then let them be changed.')}</Alert>}
      {isImport(job) && job.allowed.includes('file') && <Alert color="yellow">{t('Fetch the rows that failed, mend them, and bring that file.')} <Link to={`/jobs/import?table=${job.kind.slice('import_'.length)}`}>{t('Import a file')}</Link></Alert>}
      <Card>
        {said && <Text size="sm" mb="xs">{said}</Text>}
        <Progress value={share(job)} size="lg" mb="md" aria-label={t('Progress')} animated={!job.ended_at && job.state !== 'checked'} />
        <Group gap="xl">{countsOf(job).map(([name, value]) => <div key={name}><Text fw={700} className="figure">{value}</Text><Text size="xs" className="quiet">{name}</Text></div>)}</Group>
      </Card>
      {!isExport(job) && <Each job={job} />}
    </Stack>
  )
}

function countsOf(job: Of<'Job'>): [string, string][] {
  const all = count(job.total) + (job.counted ? '' : ' …')
  if (isExport(job)) return [[t('Written'), all]]
  return [
    [isImport(job) ? t('Rows') : t('Orders'), all],
    ...(isImport(job) ? [[t('To be changed'), count(job.checked)] as [string, string]] : []),
    [t('Done'), count(job.done)], [t('Failed'), count(job.failed)],
    [t('Waiting'), count(job.total - job.done - job.failed - job.checked)],
  ]
}
