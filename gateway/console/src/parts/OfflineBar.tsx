/** Is there a connection? Without one every page says so. */
import { Alert } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { t } from '@/text/text'

export function OfflineBar() {
  const { online } = useNetwork()
  if (online) return null
  return <Alert color="orange" mb="sm" role="status">{t('There is no connection. Scans are kept here and sent when it is back.')}</Alert>
}
