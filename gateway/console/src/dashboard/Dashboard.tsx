/** How does the business do now? Orders by state and age, what is stuck, what runs out. */
import { Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, got, type Schemas } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { age, count } from '@/text/show'
import { t, type Text as Words, word } from '@/text/text'
import { queryOf } from '@/orders/views'
import { Bars } from './Bars'
import { dayBefore, hoursBefore, lastDays } from './days'

type Filter = Schemas['OrderFilter']
const SENT = ['fulfilled', 'partially_delivered', 'delivered'] as const
const A_DAY = 24

const STATES: { name: Words; filter: Filter }[] = [
  { name: 'Pending', filter: { status: 'pending' } },
  { name: 'To be sent', filter: { status: 'confirmed', fulfillment_status: 'unfulfilled' } },
  { name: 'On hold', filter: { fulfillment_status: 'on_hold' } },
  { name: 'Backordered', filter: { fulfillment_status: 'backordered' } },
  { name: 'Partly sent', filter: { status: 'confirmed', fulfillment_status: 'partially_fulfilled' } },
  { name: 'On the way', filter: { status: 'confirmed', fulfillment_status: 'fulfilled' } },
]

export function Dashboard() {
  const may = useMay()
  const today = dayBefore(0)
  const ages: { name: string; filter: Filter }[] = [
    { name: t('today'), filter: { status: 'confirmed', fulfillment_status: 'unfulfilled', placed_from: today } },
    { name: t('yesterday'), filter: { status: 'confirmed', fulfillment_status: 'unfulfilled', placed_from: dayBefore(1), placed_to: today } },
    { name: t('2 to 3 days'), filter: { status: 'confirmed', fulfillment_status: 'unfulfilled', placed_from: dayBefore(3), placed_to: dayBefore(1) } },
    { name: t('older'), filter: { status: 'confirmed', fulfillment_status: 'unfulfilled', placed_to: dayBefore(3) } },
  ]
  const late = { status: 'confirmed', fulfillment_status: 'unfulfilled', placed_to: hoursBefore(A_DAY) }
  const views = [...STATES.map((one) => one.filter), ...ages.map((one) => one.filter), late]
  const counts = useQuery({
    queryKey: ['orders', 'counts', 'dashboard', today],
    queryFn: () => got(api.POST('/orders/counts', { body: { views } })),
    refetchInterval: 30_000,
  })
  const at = (number: number) => counts.data?.counts[number] ?? { count: 0, more: false }
  const bar = (one: { name: string; filter: Filter }, number: number) => ({ name: one.name, ...at(number), to: `/orders?${queryOf(one.filter)}` })
  return (
    <>
      <Head title={t('Dashboard')} />
      <Sorry error={counts.error} again={() => void counts.refetch()} />
      {counts.isPending ? <Busy /> : (
        <Stack>
          <SimpleGrid cols={{ base: 2, sm: 4, lg: 7 }}>
            {STATES.map((one, number) => (
              <Card key={one.name} component={Link} to={`/orders?${queryOf(one.filter)}`} className="plain" p="sm">
                <Text size="sm" className="quiet">{t(one.name)}</Text>
                <Text fz={28} fw={700} lh={1.2} className="figure">{count(at(number).count)}{at(number).more && '+'}</Text>
              </Card>
            ))}
            <Card component={Link} to={`/orders?${queryOf(late)}`} className="plain whole-line" p="sm" title={t('Paid, not packed, and placed more than a day ago')}>
              <Text size="sm" className="quiet">{t('Late')}</Text>
              <Text fz={28} fw={700} lh={1.2} className="figure" c={at(views.length - 1).count ? 'var(--mantine-color-red-text)' : undefined}>{count(at(views.length - 1).count)}{at(views.length - 1).more && '+'}</Text>
            </Card>
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Card><Title order={2} size="h4" mb="md">{t('To be sent, by age')}</Title><Bars bars={ages.map((one, number) => bar(one, STATES.length + number))} warm /></Card>
            <TwoWeeks />
            {may('exceptions.read') && <Stuck />}
            {may('stock.read') && <StockOuts />}
          </SimpleGrid>
        </Stack>
      )}
    </>
  )
}

function TwoWeeks() {
  const days = lastDays(14)
  const countsOf = (some: typeof days) => {
    const views = some.flatMap(({ filter }) => [filter, ...SENT.map((fulfillment_status) => ({ ...filter, fulfillment_status }))])
    return got(api.POST('/orders/counts', { body: { views } }))
  }
  const asked = useQuery({
    queryKey: ['orders', 'counts', 'two-weeks', dayBefore(0)],
    // one call takes fifty views
    queryFn: async () => (await Promise.all([countsOf(days.slice(0, 7)), countsOf(days.slice(7))])).flatMap((told) => told.counts),
    refetchInterval: 60_000,
  })
  const bars = days.map(({ name, filter }, number) => {
    const [placed = { count: 0, more: false }, ...sent] = asked.data?.slice(number * (1 + SENT.length), (number + 1) * (1 + SENT.length)) ?? []
    return { name, ...placed, part: sent.reduce((sum, one) => sum + one.count, 0), to: `/orders?${queryOf(filter)}` }
  })
  return (
    <Card>
      <Title order={2} size="h4" mb="md">{t('Placed in the last two weeks')}</Title>
      <Sorry error={asked.error} />
      {asked.isPending ? <Busy /> : <Bars upright bars={bars} whole={t('placed')} part={t('of them sent')} />}
    </Card>
  )
}

function Stuck() {
  const asked = useQuery({ queryKey: ['exceptions', 'dashboard'], queryFn: () => got(api.GET('/exceptions', { params: { query: { limit: 5 } } })), refetchInterval: 30_000 })
  return (
    <Card>
      <Group justify="space-between" mb="sm"><Title order={2} size="h4">{t('Exceptions')}</Title><Link to="/exceptions">{t('Show all')}</Link></Group>
      <Sorry error={asked.error} />
      {asked.isPending && <Busy />}
      <Stack gap="xs">
        {asked.data?.exceptions.map((one) => (
          <Group key={one.exception_id} justify="space-between" wrap="nowrap" align="flex-start">
            <Text size="sm" lineClamp={2}><b>{word(one.kind)}</b> · {one.problem}</Text>
            <Text size="sm" className="quiet figure" flex="none">{age(one.since)}</Text>
          </Group>
        ))}
        {asked.data && !asked.data.exceptions.length && <Text size="sm" className="quiet">{t('Nothing is stuck')}</Text>}
      </Stack>
    </Card>
  )
}

function StockOuts() {
  const asked = useQuery({ queryKey: ['skus', 'out'], queryFn: () => got(api.GET('/skus', { params: { query: { available_below: 1, limit: 8 } } })), refetchInterval: 60_000 })
  const out = asked.data?.skus ?? []
  return (
    <Card>
      <Group justify="space-between" mb="sm"><Title order={2} size="h4">{t('Out of stock')}</Title><Link to="/inventory">{t('Inventory')}</Link></Group>
      <Sorry error={asked.error} />
      {asked.isPending && <Busy />}
      <Stack gap="xs">
        {out.map((one) => <Text key={one.data.sku} size="sm"><Link to={`/inventory/${encodeURIComponent(one.data.sku)}`}>{one.data.sku}</Link> {one.data.name}</Text>)}
        {asked.data && !out.length && <Text size="sm" className="quiet">{t('Everything is in stock')}</Text>}
        {asked.data?.next && <Text size="xs" className="quiet">{t('and more')}</Text>}
      </Stack>
    </Card>
  )
}
