/** How is a warehouse made or changed? */
import { Group, NumberInput, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { ifMatch } from '@/order/match'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { isWhole, NOWHERE, Place } from '@/parts/Place'
import { t } from '@/text/text'

type Body = Schemas['PutWarehouseBody'] & { address: Of<'Address'> }

const NEW: Body = { name: '', address: NOWHERE, latitude: null, longitude: null, active: true }

export function SaveWarehouse({ known }: { known?: Of<'WarehouseView'> }) {
  const now = known ? { name: known.name, address: known.address, latitude: known.latitude, longitude: known.longitude, active: known.active } : NEW
  const [code, setCode] = useState(known?.warehouse_id ?? '')
  const [seen, setSeen] = useState(known)
  const [body, setBody] = useState<Body>(now)
  const load = () => { setSeen(known); setBody(now) }
  const act = useChange(
    (wish: { code: string; body: Body }) => got(api.PUT('/warehouses/{warehouse_id}', {
      params: { path: { warehouse_id: wish.code }, header: seen && ifMatch(seen) }, body: wish.body,
    })),
    { refresh: [['warehouses']], says: t('The warehouse is saved.'), done: () => setCode(known?.warehouse_id ?? '') },
  )
  const degrees = (value: string | number) => (value === '' ? null : Number(value))
  return (
    <Ask label={known ? t('Change') : t('Add a warehouse')} variant={known ? 'subtle' : 'default'} size={known ? 'xs' : undefined} title={known?.name ?? t('Add a warehouse')}
      does={t('Save')} act={act} opened={load} ready={!!code && !!body.name && isWhole(body.address)} submit={() => act.mutate({ code, body })} wide>
      <Overtaken seen={seen} now={known} load={load} act={act} />
      {!known && <TextInput label={t('Code')} description={t('Short, and for ever: it stands on lists and in addresses.')} required data-autofocus value={code} onChange={(event) => setCode(event.currentTarget.value)} />}
      <TextInput label={t('Warehouse')} required value={body.name} onChange={(event) => setBody({ ...body, name: event.currentTarget.value })} />
      <Place legend={t('Address')} address={body.address} change={(address) => setBody({ ...body, address })} />
      <Group grow>
        <NumberInput label={t('Latitude')} min={-90} max={90} decimalScale={6} hideControls value={body.latitude ?? ''} onChange={(value) => setBody({ ...body, latitude: degrees(value) })} />
        <NumberInput label={t('Longitude')} min={-180} max={180} decimalScale={6} hideControls value={body.longitude ?? ''} onChange={(value) => setBody({ ...body, longitude: degrees(value) })} />
      </Group>
      <Switch label={t('Orders are sent from here')} checked={body.active} onChange={(event) => setBody({ ...body, active: event.currentTarget.checked })} />
    </Ask>
  )
}
