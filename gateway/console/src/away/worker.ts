/** How does a page open while the gateway is away? This stands between page and network, and asks the network first.

The page and its files are those of one build, kept when it is installed; the page keeps the policy that
came with it. Of the API it knows what kept.ts names; all else goes past it.
*/
import { isAway, isKept, keep, prune, recall } from './kept'

interface Extendable extends Event {
  waitUntil: (ends: Promise<unknown>) => void
}
interface Asked extends Extendable {
  request: Request
  preloadResponse: Promise<Response | undefined>
  respondWith: (answer: Promise<Response>) => void
}
interface Worker {
  addEventListener: ((name: 'install' | 'activate', act: (event: Extendable) => void) => void) &
    ((name: 'fetch', act: (event: Asked) => void) => void)
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
  registration: { navigationPreload?: { enable: () => Promise<void> } }
}

/** The names of all files of this build, put in by vite.config.ts. */
declare const FILES: string[]
declare const BUILD: string

const worker = self as unknown as Worker
const MINE = 'oms-files-'
const PAGE = '/console/'
const PATIENCE_MS = 4_000

worker.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => worker.skipWaiting()))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(activate().then(() => worker.clients.claim()))
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== self.location.origin) return
  if (request.mode === 'navigate') event.respondWith(page(event))
  else if (url.pathname.startsWith(`${PAGE}assets/`)) event.respondWith(file(request))
  else if (isKept(request.method, url)) event.respondWith(answer(event))
})

async function install(): Promise<void> {
  const files = await caches.open(MINE + BUILD)
  await files.addAll([PAGE, ...FILES.map((name) => PAGE + name)])
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(MINE) && name !== MINE + BUILD)
  await Promise.all([...old.map((name) => caches.delete(name)), prune(), worker.registration.navigationPreload?.enable()])
}

async function page(event: Asked): Promise<Response> {
  const asked = event.preloadResponse.then((begun) => begun ?? fetch(event.request))
  return (await soon(asked)) ?? (await known(PAGE)) ?? asked
}

async function file(request: Request): Promise<Response> {
  return (await known(request.url)) ?? fetch(request)
}

async function answer(event: Asked): Promise<Response> {
  const { request } = event
  const asked = fetch(request)
  event.waitUntil(asked.then((fresh) => keep(request, fresh.clone()), () => undefined))
  return (await soon(asked)) ?? (await recall(request)) ?? asked
}

/** The answer, if the gateway is there and gives one before somebody loses patience. */
async function soon(asked: Promise<Response>): Promise<Response | undefined> {
  const late = new Promise<undefined>((give) => setTimeout(() => give(undefined), PATIENCE_MS))
  const fresh = await Promise.race([asked, late]).catch(() => undefined)
  return fresh && !isAway(fresh) ? fresh : undefined
}

async function known(address: string): Promise<Response | undefined> {
  return (await caches.open(MINE + BUILD)).match(address, { ignoreVary: true })
}
