/** What is printed for a packed box? Label and slip, as soon as the label is bought. */
import { Alert, Button, Card, Group, Loader, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { Icon } from '@/parts/Icon'
import { t } from '@/text/text'

export function Papers({ list }: { list: Of<'Fulfillment'> }) {
  const asked = useQuery({
    queryKey: ['shipments-of', list.order_id],
    queryFn: () => got(api.GET('/orders/{order_id}/shipments', { params: { path: { order_id: list.order_id } } })),
    refetchInterval: (query) => (query.state.data?.shipments.some((one) => one.fulfillment_order_id === list.fulfillment_order_id && one.state !== 'pending') ? false : 1000),
  })
  const shipment = asked.data?.shipments.find((one) => one.fulfillment_order_id === list.fulfillment_order_id)
  const slip = `/fulfillments/${list.fulfillment_order_id}/packing-slip.pdf`
  const papers = shipment?.allowed.includes('label') ? `/shipments/${shipment.shipment_id}/papers.pdf` : ''
  return (
    <Card>
      <Text fw={600} mb="sm">{t('It is packed.')}</Text>
      {shipment?.problem && <Alert color="red" mb="sm">{shipment.problem} <Link to="/exceptions">{t('Exceptions')}</Link></Alert>}
      <Group>
        {papers
          ? <Button component="a" leftSection={<Icon name="print" />} href={papers} target="_blank" rel="noreferrer">{t('Print label and slip')}</Button>
          : !shipment?.problem && <Group gap="xs"><Loader size="xs" /><Text size="sm">{t('The label is being bought …')}</Text></Group>}
        <Button component="a" variant="default" href={slip} target="_blank" rel="noreferrer">{t('Packing slip')}</Button>
        {shipment && <Button component={Link} variant="default" to={`/shipping/${shipment.shipment_id}`}>{t('Shipment')}</Button>}
        <Button component={Link} variant="light" to="/packing">{t('Next one')}</Button>
      </Group>
    </Card>
  )
}
