/** What does a picker do? Walk the list, scan each thing; a wrong one is refused loudly. */
import { Alert, Anchor, Badge, Button, Card, CloseButton, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { useAway } from '@/away/away'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'
import { left, look, next, withWaiting } from './picking'
import { ScanBox } from './scanner'
import { pickKey, useSending } from './sending'
import { Short } from './Short'
import * as signals from './signals'

interface Shout {
  kind: 'good' | 'bad' | 'wait'
  text: string
}

const sum = (lines: Of<'PickLine'>[], of: (line: Of<'PickLine'>) => number) => lines.reduce((all, line) => all + of(line), 0)

export function Pick() {
  const { fulfillmentOrderId: id = '' } = useParams()
  const may = useMay()
  const path = { fulfillment_order_id: id }
  const away = useAway()
  const cache = useQueryClient()
  const fresh = () => cache.getQueryData<Of<'Fulfillment'>>(pickKey(id))
  const sending = useSending(id, (why) => say('bad', why))
  const scans = sending.scans()
  const waiting = scans.filter((scan) => !scan.refused)
  const asked = useQuery({
    queryKey: pickKey(id),
    queryFn: () => got(api.GET('/fulfillments/{fulfillment_order_id}', { params: { path } })),
    gcTime: 12 * 3_600_000,
    // each scan that is sent brings the list anyway
    enabled: !fresh() || !waiting.length,
  })
  const [shout, setShout] = useState<Shout>({ kind: 'wait', text: t('Scan the first thing') })
  const [bin, setBin] = useState('')
  const say = (kind: Shout['kind'], text: string) => {
    setShout({ kind, text })
    if (kind === 'bad') signals.bad()
  }
  const start = useChange((_: null, header) => got(api.POST('/fulfillments/{fulfillment_order_id}/pick', { params: { path, header }, body: {} })), { refresh: [pickKey(id), ['fulfillments']] })
  if (!asked.data) return asked.isPending ? <Busy /> : <Sorry error={asked.error} again={() => void asked.refetch()} />

  const list = asked.data
  const lines = withWaiting(list.lines, scans)
  const now = next(lines)
  const wanted = sum(lines, (line) => line.quantity - line.short)
  const picked = sum(lines, (line) => line.picked)
  // without a connection nobody can begin; the first scan that is sent begins
  const picking = (list.status === 'in_progress' || (away !== null && list.allowed.includes('scan'))) && may('picking.write')

  const take = (code: string) => {
    // two scans may come faster than the page is drawn
    const now = withWaiting(fresh()?.lines ?? list.lines, sending.scans())
    const seen = look(now, code)
    if (seen.kind === 'wrong') return say('bad', t('Wrong: {code} is not on this list', { code }))
    if (seen.kind === 'enough') return say('bad', t('Enough of {sku}: put this one back', { sku: seen.line.sku }))
    if (seen.kind === 'bin') {
      setBin(code)
      signals.good()
      return say('good', t('Bin {bin}', { bin: code }))
    }
    void sending.add(code, bin && lines.some((line) => line.bin === bin && line.sku === seen.line.sku) ? bin : '')
    if (sum(now, left) === 1) signals.finished()
    else signals.good()
    say('good', `${seen.line.name || seen.line.sku} · ${seen.line.picked + 1}/${seen.line.quantity - seen.line.short}`)
  }

  return (
    <Stack maw={560} mx="auto" gap="sm">
      <Head title={t('Order #{n}', { n: list.number })} about={<>{list.warehouse_name} · <Link to="/picking">{t('Pick lists')}</Link></>}><State of={list.status} /></Head>
      <Progress value={wanted ? (picked / wanted) * 100 : 100} size="lg" aria-label={t('{n} of {all} picked', { n: picked, all: wanted })} />
      <Group justify="space-between">
        <Text size="sm" className="figure">{t('{n} of {all} picked', { n: picked, all: wanted })}</Text>
        {waiting.length > 0 && <Badge color="orange">{t('{n} scans wait to be sent', { n: waiting.length })}</Badge>}
      </Group>
      {!picking && list.allowed.includes('start') && may('picking.write') && (
        <Button size="lg" loading={start.isPending} onClick={() => start.mutate(null)}>{t('Start picking')}</Button>
      )}
      <Sorry error={start.error} />
      {picking && <ScanBox take={take} />}
      {picking && (now || shout.kind !== 'wait') && <div className="shout" data-kind={shout.kind} role={shout.kind === 'bad' ? 'alert' : 'status'} key={shout.text}>{shout.text}</div>}
      {scans.filter((scan) => scan.refused).map((scan) => (
        <Alert key={scan.key} color="red" title={t('{code} was not accepted', { code: scan.barcode })}>
          <Group justify="space-between" wrap="nowrap">{scan.refused}<CloseButton aria-label={t('I have seen it')} onClick={() => void sending.forget(scan.key)} /></Group>
        </Alert>
      ))}
      {now ? (
        <Card shadow="sm">
          <Text size="sm" className="quiet">{t('Next')} · {t('zone {zone}', { zone: now.zone || '–' })}</Text>
          <div className="huge">{now.bin || t('no bin known')}</div>
          <Text size="lg" fw={600} mt={4}>{left(now)} × {now.name || now.sku}</Text>
          <Text size="sm" className="quiet">{now.sku}</Text>
          {picking && <Group mt="sm"><Short id={id} line={now} most={left(now)} /></Group>}
        </Card>
      ) : (
        <Card>
          <Text fw={600}>{waiting.length ? t('All scanned; the last scans are being sent.') : t('All is picked.')}</Text>
          <Group mt="sm">
            {list.allowed.includes('pack') && may('packing.write') && <Button component={Link} to={`/packing/${id}`}>{t('Pack it')}</Button>}
            <Anchor component={Link} to="/picking">{t('Next pick list')}</Anchor>
          </Group>
        </Card>
      )}
      <Card p={0}>
        {lines.map((line) => (
          <Group key={line.line_id} justify="space-between" p="sm" wrap="nowrap">
            <div>
              <Text size="sm" fw={500}>{line.name || line.sku}</Text>
              <Text size="xs" className="quiet">{line.bin || '–'} · {line.sku}{line.short > 0 && ` · ${t('{n} not found', { n: line.short })}`}</Text>
            </div>
            <Badge color={left(line) > 0 ? 'gray' : 'teal'} size="lg" className="figure">{line.picked}/{line.quantity - line.short}</Badge>
          </Group>
        ))}
      </Card>
    </Stack>
  )
}
