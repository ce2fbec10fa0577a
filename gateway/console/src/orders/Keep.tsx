/** How is what one looks at kept as a view, changed, shared with all, and deleted? */
import { Button, Checkbox, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { api, got } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { t } from '@/text/text'
import { columnsOf, isChanged, type Saved, type Seen, seenBy } from './views'

const REFRESH = [['order-views']] as const
const APART = 10 // so that a tab can be put between two others
const LAST = 1000

interface Wish {
  name: string
  shared: boolean
  position: number
}

interface Kept {
  seen: Seen
  saved: Saved[]
  choose: (seen: Seen) => void
}

export function Keep({ seen, saved, choose }: Kept) {
  const may = useMay()
  const at = saved.find((one) => one.view_id === seen.view)
  const changed = at ? isChanged(seen, at) : Object.values(seen.filter).some(Boolean) || seen.columns.length > 0
  return (
    <>
      {changed && <SaveNew seen={seen} saved={saved} choose={choose} />}
      {at && (at.mine || may('views.share')) && <Change key={at.view_id} seen={seen} at={at} choose={choose} />}
    </>
  )
}

function SaveNew({ seen, saved, choose }: Kept) {
  const position = Math.min(Math.max(0, ...saved.map((one) => one.position)) + APART, LAST)
  const [wish, setWish] = useState<Wish>({ name: '', shared: false, position })
  const at = saved.find((one) => one.view_id === seen.view)
  const columns = seen.columns.length || at?.columns.length ? columnsOf(seen, at) : []
  const act = useChange(
    (wanted: Wish, header) => got(api.POST('/order-views', { params: { header }, body: { ...wanted, filter: seen.filter, columns } })),
    { refresh: REFRESH, says: t('The view is saved.'), done: (made) => { setWish({ name: '', shared: false, position }); choose(seenBy(made)) } },
  )
  return (
    <Ask label={t('Save view')} size="xs" does={t('Save')} act={act} ready={!!wish.name.trim()} submit={() => act.mutate({ ...wish, position, name: wish.name.trim() })}>
      <Text size="sm">{t('What is filtered for, searched for and shown becomes a tab.')}</Text>
      <Named wish={wish} put={setWish} shareable />
    </Ask>
  )
}

function Change({ seen, at, choose }: { seen: Seen; at: Saved; choose: (seen: Seen) => void }) {
  const [wish, setWish] = useState<Wish>(at)
  const { name, shared, position } = at
  useEffect(() => setWish({ name, shared, position }), [name, shared, position])
  const path = { view_id: at.view_id }
  const change = (body: Wish & Pick<Saved, 'filter' | 'columns'>, key: { 'Idempotency-Key': string }) =>
    got(api.PUT('/order-views/{view_id}', { params: { path, header: { ...key, 'If-Match': `"${at.version}"` } }, body }))
  const says = { refresh: REFRESH, says: t('The view is changed.') }
  const rename = useChange((wanted: Wish, key) => change({ ...wanted, filter: at.filter, columns: at.columns }, key), says)
  const keep = useChange(
    (wanted: Seen, key) => change({ name, shared, position, filter: { ...EMPTY, ...wanted.filter }, columns: wanted.columns.length ? wanted.columns : at.columns }, key),
    { ...says, done: (made) => choose(seenBy(made)) },
  )
  const end = useChange(
    (_view: string, key) => got(api.DELETE('/order-views/{view_id}', { params: { path, header: { ...key, 'If-Match': `"${at.version}"` } } })),
    { refresh: REFRESH, says: t('The view is deleted.'), done: () => choose({ filter: {}, view: '', columns: [] }) },
  )
  return (
    <>
      {isChanged(seen, at) && <Button size="xs" variant="light" loading={keep.isPending} onClick={() => keep.mutate(seen)}>{t('Save changes')}</Button>}
      <Ask label={t('Change view')} size="xs" does={t('Save')} act={rename} ready={!!wish.name.trim()} submit={() => rename.mutate({ name: wish.name.trim(), shared: wish.shared, position: wish.position })}>
        <Named wish={wish} put={setWish} shareable={at.shared} />
        <NumberInput label={t('Place among the tabs')} description={t('Small numbers stand first.')} min={0} max={LAST} step={APART} allowDecimal={false} clampBehavior="strict" value={wish.position} onChange={(value) => setWish({ ...wish, position: Number(value) || 0 })} />
      </Ask>
      <Ask label={t('Delete view')} size="xs" does={t('Delete the view')} color="red" act={end} submit={() => end.mutate(at.view_id)}>
        <Text size="sm">{at.shared ? t('Everybody loses the view “{name}”. Orders stay as they are.', { name }) : t('The view “{name}” is deleted. Orders stay as they are.', { name })}</Text>
      </Ask>
      <Sorry error={keep.error} />
    </>
  )
}

const EMPTY: Saved['filter'] = { status: '', payment_status: '', fulfillment_status: '', channel: '', tag: '', text: '', placed_from: null, placed_to: null, warehouse_id: '', total_from: null, total_to: null }

/** The name, and whether all have it; only who may share can say so, whoever has shared can take it back. */
function Named({ wish, put, shareable }: { wish: Wish; put: (wish: Wish) => void; shareable?: boolean }) {
  const may = useMay()
  return (
    <Stack gap="sm">
      <TextInput label={t('Name')} required maxLength={60} data-autofocus value={wish.name} onChange={(event) => put({ ...wish, name: event.currentTarget.value })} />
      {(may('views.share') || (shareable && wish.shared)) && (
        <Checkbox label={t('Share with all')} checked={wish.shared} onChange={(event) => put({ ...wish, shared: event.currentTarget.checked })} />
      )}
    </Stack>
  )
}
