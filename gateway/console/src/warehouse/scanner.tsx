/** How does a code come in? From a scanner that types like a keyboard, by the camera, or by hand. */
import { ActionIcon, Group, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '@/parts/Icon'
import { t } from '@/text/text'
import { hasCamera, newReader, type Reader } from './camera'

const PAUSE_MS = 1000
const AGAIN_MS = 1500

/** Call `take` with each code; a scanner types it and ends with Enter, wherever the focus is. */
export function useScanner(take: (code: string) => void) {
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    let typed = ''
    let last = 0
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if ((event.target as Element).closest('input, textarea, select, [role=dialog]')) return
      if (event.timeStamp - last > PAUSE_MS) typed = ''
      last = event.timeStamp
      if (event.key === 'Enter' && typed.length > 1) {
        event.preventDefault()
        event.stopPropagation()
        const code = typed
        typed = ''
        latest.current(code)
      } else if (event.key.length === 1 && event.key !== ' ') {
        typed += event.key
      }
    }
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [])
}

/** A place to type a code, and the camera where there is one. */
export function ScanBox({ take }: { take: (code: string) => void }) {
  const [typed, setTyped] = useState('')
  const [camera, setCamera] = useState(false)
  useScanner(take)
  return (
    <>
      <form onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim()) take(typed.trim())
        setTyped('')
      }}>
        <Group gap="xs" wrap="nowrap">
          <TextInput flex={1} size="md" aria-label={t('Barcode')} placeholder={t('Scan, or type a code and press Enter')} value={typed} autoComplete="off" autoCapitalize="off" onChange={(event) => setTyped(event.currentTarget.value)} />
          {hasCamera() && (
            <ActionIcon size={42} variant={camera ? 'filled' : 'default'} aria-label={t('Camera')} aria-pressed={camera} onClick={() => setCamera(!camera)}><Icon name="camera" /></ActionIcon>
          )}
        </Group>
      </form>
      {camera && <Camera take={take} />}
    </>
  )
}

function Camera({ take }: { take: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [problem, setProblem] = useState('')
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    const seen = new Map<string, number>()
    let stream: MediaStream | undefined
    let timer = 0
    let over = false
    const read = async (reader: Reader) => {
      const code = video.current ? await reader(video.current) : undefined
      if (code && Date.now() - (seen.get(code) ?? 0) > AGAIN_MS) latest.current(code)
      if (code) seen.set(code, Date.now())
      if (!over) timer = window.setTimeout(() => void read(reader), 200)
    }
    const begin = async () => {
      const reader = await newReader().catch(() => setProblem(t('The server cannot be reached')))
      if (!reader || over) return
      const given = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      stream = given
      if (over) return given.getTracks().forEach((track) => track.stop())
      if (video.current) video.current.srcObject = given
      void read(reader)
    }
    begin().catch(() => setProblem(t('The camera cannot be used; allow it in the browser.')))
    return () => {
      over = true
      clearTimeout(timer)
      stream?.getTracks().forEach((track) => track.stop())
    }
  }, [])
  return problem ? <div role="alert">{problem}</div> : <video ref={video} className="camera" autoPlay muted playsInline />
}
