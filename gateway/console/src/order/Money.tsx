/** What was paid, what is owed, what went back? The sums, and each fact behind them. */
import { Card, Divider, Group, Stack, Text, Timeline, Title } from '@mantine/core'
import type { Of } from '@/api/client'
import { State } from '@/parts/State'
import { money, when } from '@/text/show'
import { t, word } from '@/text/text'
import { who } from './telling'

export function Money({ order, payments }: { order: Of<'Order'>; payments: Of<'Payment'>[] | null }) {
  const sums: [string, number, boolean?][] = [
    [t('Delivery'), order.delivery.price - order.delivery.discount],
    [t('Total'), order.total],
    [t('Captured'), order.captured],
    [t('Refunded'), order.refunded],
    [t('Owed'), order.owed, order.owed > 0],
  ]
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">{t('Money')}</Title>
        <State of={order.payment_status} />
      </Group>
      <Stack gap={4}>
        {sums.map(([label, amount, strong]) => (
          <Group key={label} justify="space-between"><Text size="sm">{label}</Text><Text size="sm" fw={strong ? 700 : undefined} className="figure">{money(amount, order.currency)}</Text></Group>
        ))}
        {order.taxes_included && <Text size="xs" className="quiet">{t('Taxes are included in the prices.')}</Text>}
      </Stack>
      {payments === null && <Text size="sm" mt="sm">{t('Payments do not answer just now.')}</Text>}
      {payments?.map((payment) => (
        <div key={payment.payment_id}>
          <Divider my="sm" />
          <Group justify="space-between" mb="xs"><Text size="sm" fw={600}>{word(payment.method)}</Text><State of={payment.state} /></Group>
          <Timeline bulletSize={12} lineWidth={2} active={payment.facts.length}>
            {payment.facts.map((fact) => (
              <Timeline.Item key={fact.at + fact.kind} title={<Group justify="space-between"><Text size="sm">{word(fact.kind)}</Text><Text size="sm" className="figure">{money(fact.amount, payment.currency)}</Text></Group>}>
                <Text size="xs" className="quiet">{when(fact.at)}{fact.actor && ` · ${who(fact.actor)}`}</Text>
                {(fact.reason || fact.reference) && <Text size="xs" className="quiet">{[fact.reason, fact.reference].filter(Boolean).join(' · ')}</Text>}
              </Timeline.Item>
            ))}
          </Timeline>
        </div>
      ))}
    </Card>
  )
}
