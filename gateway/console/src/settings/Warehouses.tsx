/** Which warehouses and cartons are there? */
import { Group, Stack } from '@mantine/core'
import { Busy } from '@/parts/Busy'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'
import { useWarehouse } from '@/warehouse/PickLists'
import { SaveCarton } from './SaveCarton'
import { SaveWarehouse } from './SaveWarehouse'

export function Warehouses() {
  const write = useMay()('settings.write')
  const { all, cartons, pending, error } = useWarehouse()
  if (error) return <Sorry error={error} />
  if (pending) return <Busy />
  return (
    <Stack>
      {write && <Group><SaveWarehouse /><SaveCarton /></Group>}
      <Rows
        label={t('Warehouses')} rows={all} id={(one) => one.warehouse_id}
        empty={<Empty title={t('There are no warehouses')} todo={t('Without one no order can be sent: add the first.')} />}
        columns={[
          { head: t('Warehouse'), main: true, cell: (one) => one.name },
          { head: t('Code'), cell: (one) => one.warehouse_id },
          { head: t('Address'), cell: (one) => `${one.address.line1}, ${one.address.postcode} ${one.address.city}, ${one.address.country}` },
          { head: t('State'), cell: (one) => (one.active ? t('on') : t('off')) },
          { head: t('Now'), cell: (one) => write && <SaveWarehouse known={one} /> },
        ]}
      />
      <Rows
        label={t('Cartons')} rows={cartons} id={(one) => one.carton}
        empty={<Empty title={t('There are no cartons')} todo={t('Packers are proposed those that you add.')} />}
        columns={[
          { head: t('Carton'), main: true, cell: (one) => one.carton },
          { head: t('Size'), cell: (one) => `${one.dimensions.length_mm} × ${one.dimensions.width_mm} × ${one.dimensions.height_mm} mm` },
          { head: t('Carries'), number: true, cell: (one) => `${one.max_weight_g / 1000} kg` },
          { head: t('Weighs'), number: true, cell: (one) => `${one.own_weight_g} g` },
          { head: t('Now'), cell: (one) => write && <SaveCarton known={one} /> },
        ]}
      />
    </Stack>
  )
}
