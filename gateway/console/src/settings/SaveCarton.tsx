/** How is a carton made or changed? */
import { Group, NumberInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { ifMatch } from '@/order/match'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { Overtaken } from '@/parts/Overtaken'
import { t } from '@/text/text'

type Body = Schemas['PutCartonBody']

const NEW: Body = { dimensions: { length_mm: 0, width_mm: 0, height_mm: 0 }, max_weight_g: 0, own_weight_g: 0, cost: 0 }

export function SaveCarton({ known }: { known?: Of<'CartonView'> }) {
  const now = known ? { dimensions: known.dimensions, max_weight_g: known.max_weight_g, own_weight_g: known.own_weight_g, cost: known.cost } : NEW
  const [code, setCode] = useState(known?.carton ?? '')
  const [seen, setSeen] = useState(known)
  const [body, setBody] = useState<Body>(now)
  const load = () => { setSeen(known); setBody(now) }
  const act = useChange(
    (wish: { code: string; body: Body }) => got(api.PUT('/cartons/{carton}', {
      params: { path: { carton: wish.code }, header: seen && ifMatch(seen) }, body: wish.body,
    })),
    { refresh: [['warehouses']], says: t('The carton is saved.'), done: () => setCode(known?.carton ?? '') },
  )
  const size = body.dimensions
  const whole = !!code && size.length_mm > 0 && size.width_mm > 0 && size.height_mm > 0 && body.max_weight_g > 0
  const measure = (label: string, value: number, set: (value: number) => void) => (
    <NumberInput label={label} required min={0} allowDecimal={false} hideControls value={value || ''} onChange={(typed) => set(Number(typed) || 0)} />
  )
  return (
    <Ask label={known ? t('Change') : t('Add a carton')} variant={known ? 'subtle' : 'default'} size={known ? 'xs' : undefined} title={known?.carton ?? t('Add a carton')}
      does={t('Save')} act={act} opened={load} ready={whole} submit={() => act.mutate({ code, body })}>
      <Overtaken seen={seen} now={known} load={load} act={act} />
      {!known && <TextInput label={t('Code')} required data-autofocus value={code} onChange={(event) => setCode(event.currentTarget.value)} />}
      <Group grow>
        {measure(t('Length in mm'), size.length_mm, (length_mm) => setBody({ ...body, dimensions: { ...size, length_mm } }))}
        {measure(t('Width in mm'), size.width_mm, (width_mm) => setBody({ ...body, dimensions: { ...size, width_mm } }))}
        {measure(t('Height in mm'), size.height_mm, (height_mm) => setBody({ ...body, dimensions: { ...size, height_mm } }))}
      </Group>
      <Group grow>
        {measure(t('Carries, in grams'), body.max_weight_g, (max_weight_g) => setBody({ ...body, max_weight_g }))}
        <NumberInput label={t('Weighs, in grams')} min={0} allowDecimal={false} hideControls value={body.own_weight_g} onChange={(typed) => setBody({ ...body, own_weight_g: Number(typed) || 0 })} />
      </Group>
    </Ask>
  )
}
