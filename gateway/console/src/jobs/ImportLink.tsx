/** Where does one bring a file? There, if one may. */
import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'

export function ImportLink() {
  const may = useMay()
  return may('stock.write') || may('channels.write') ? <Button component={Link} to="/jobs/import" variant="default">{t('Import a file')}</Button> : null
}
