/** Which jobs are there, and how far are they? */
import { Progress, Text } from '@mantine/core'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { count, when } from '@/text/show'
import { t, word } from '@/text/text'
import { ImportLink } from './ImportLink'
import { share } from './kinds'

export function Jobs() {
  const pages = usePages<Of<'Job'>>(['jobs'], async (after) => {
    const page = await got(api.GET('/jobs', { params: { query: { after } } }))
    return { rows: page.jobs, next: page.next }
  }, 2_000)
  return (
    <>
      <Head title={t('Jobs')}><ImportLink /></Head>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Jobs')}
          rows={pages.rows}
          id={(job) => job.job_id}
          to={(job) => `/jobs/${job.job_id}`}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('There are no jobs yet')} todo={<>{t('Select orders and do the same to all of them, or write what a list shows to a file.')} <Link to="/orders">{t('Orders')}</Link></>} />}
          columns={[
            { head: t('What'), main: true, cell: (job) => <Link className="plain" to={`/jobs/${job.job_id}`}><b>{word(job.kind)}</b></Link> },
            { head: t('State'), short: true, cell: (job) => <State of={job.state} /> },
            { head: t('Progress'), cell: (job) => <Progress w={140} value={share(job)} aria-label={t('Progress')} animated={!job.ended_at && job.state !== 'checked'} /> },
            { head: t('How many'), number: true, cell: (job) => count(job.total) },
            { head: t('Failed'), number: true, cell: (job) => <Text span size="sm" c={job.failed ? 'red' : undefined}>{count(job.failed)}</Text> },
            { head: t('By'), cell: (job) => job.asked_by.replace(/^\w+:/, '') },
            { head: t('When'), cell: (job) => when(job.made_at) },
          ]}
        />
      )}
    </>
  )
}
