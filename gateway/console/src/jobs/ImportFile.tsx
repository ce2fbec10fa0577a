/** How does a file come in? It is checked first; nothing is changed before its rows were looked at. */
import { Anchor, Button, Card, FileInput, Group, List, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, got } from '@/api/client'
import { asCsv } from '@/api/upload'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t, type Text as Word } from '@/text/text'

type Table = 'skus' | 'stock'
const ABOUT: Record<Table, Word[]> = {
  skus: ['Only columns that are there are changed.', 'Several barcodes of a SKU are separated by blanks.', 'A new SKU needs a name, its size and its weight.'],
  stock: ['“counted” is what lies there; rows where it is empty change nothing.', 'With “on_hand” a row is refused if something has moved since it was exported.'],
}

export function ImportFile() {
  const may = useMay()
  return (
    <Stack maw={640}>
      <Head title={t('Import a file')} about={<Link to="/jobs">{t('Jobs')}</Link>} />
      {may('stock.write') && <Upload />}
      {may('channels.write') && <Card><Text size="sm">{t('Orders come in by a channel that takes files.')} <Link to="/channels">{t('Channels')}</Link></Text></Card>}
    </Stack>
  )
}

function Upload() {
  const go = useNavigate()
  const [query, setQuery] = useSearchParams()
  const table: Table = query.get('table') === 'stock' ? 'stock' : 'skus'
  const [file, setFile] = useState<File | null>(null)
  const act = useChange(
    (wish: { table: Table; file: File }, key) => got(api.POST('/jobs/imports/{table}', {
      params: { path: { table: wish.table }, header: key },
      ...asCsv(wish.file),
    })),
    { refresh: [['jobs']], done: (job) => void go(`/jobs/${job.job_id}`) },
  )
  return (
    <Card>
      <form onSubmit={(event) => { event.preventDefault(); if (file) act.mutate({ table, file }) }}>
        <Stack>
          <SegmentedControl aria-label={t('What')} value={table} onChange={(value) => setQuery({ table: value }, { replace: true })} data={[{ value: 'skus', label: t('SKUs') }, { value: 'stock', label: t('Counted stock') }]} />
          <List size="sm">{ABOUT[table].map((about) => <List.Item key={about}>{t(about)}</List.Item>)}</List>
          <Anchor size="sm" href={`/jobs/imports/${table}/template`} download>{t('Fetch an empty file with the columns')}</Anchor>
          <FileInput label={t('File (CSV)')} accept=".csv,text/csv" value={file} onChange={setFile} placeholder={t('Choose a file')} description={t('Up to 20 MB and 100,000 rows, in UTF-8.')} />
          <Sorry error={act.error} />
          <Group justify="flex-end"><Button type="submit" disabled={!file} loading={act.isPending}>{t('Check the file')}</Button></Group>
        </Stack>
      </form>
    </Card>
  )
}
