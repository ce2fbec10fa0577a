/** Where does one write a note? In a field that offers colleagues while `@` and a name are typed. */
import { Combobox, Textarea, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { api, got } from '@/api/client'
import { t } from '@/text/text'
import { asked, type Colleague, named } from './mentions'

interface Field {
  channel: string
  text: string
  write: (text: string) => void
  choose: (colleague: Colleague) => void
}

export function NoteField({ channel, text, write, choose }: Field) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [wanted] = useDebouncedValue(typed, 150)
  const offered = useQuery({
    queryKey: ['colleagues', channel, wanted],
    queryFn: () => got(api.GET('/colleagues', { params: { query: { channel, text: wanted ?? '' } } })),
    enabled: wanted !== null,
    placeholderData: keepPreviousData,
  })
  const colleagues = typed === null ? [] : (offered.data?.colleagues ?? [])
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() })
  const look = () => {
    const cursor = field.current?.selectionStart ?? 0
    const now = asked(field.current?.value ?? '', cursor)
    setTyped(now)
    if (now === null) box.closeDropdown()
    else box.openDropdown()
  }
  const fits = typed === wanted && !offered.isPlaceholderData && colleagues.length > 0
  useEffect(() => {
    if (!fits) return box.resetSelectedOption()
    // Enter takes the first name, where it would break the line; the list may be drawn only now
    const drawn = requestAnimationFrame(() => box.selectFirstOption())
    return () => cancelAnimationFrame(drawn)
  }, [fits, typed])
  const take = (userId: string) => {
    const colleague = colleagues.find((one) => one.user_id === userId)
    if (!colleague || !field.current) return
    const [after, cursor] = named(text, field.current.selectionStart, colleague.name)
    choose(colleague)
    flushSync(() => write(after)) // the cursor must stand right before the next key comes
    field.current.setSelectionRange(cursor, cursor)
    setTyped(null)
    box.closeDropdown()
  }
  return (
    <Combobox store={box} onOptionSubmit={take} withinPortal={false}>
      <Combobox.Target withKeyboardNavigation={colleagues.length > 0} withAriaAttributes={colleagues.length > 0}>
        <Textarea
          ref={field} aria-label={t('Write a note')} placeholder={t('Write a note; @ names a colleague …')}
          autosize minRows={2} maxLength={4000} value={text}
          onChange={(event) => { write(event.currentTarget.value); look() }}
          onClick={look}
          onBlur={() => box.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={colleagues.length === 0}>
        <Combobox.Options aria-label={t('Colleagues')}>
          {colleagues.map((one) => <Combobox.Option key={one.user_id} value={one.user_id}>{one.name}</Combobox.Option>)}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
