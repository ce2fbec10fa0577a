/** Where does the console begin? Language and colors first, then the pages. */
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './shell/look.css'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { startWorker } from './away/start'
import { App } from './shell/App'
import { nonce } from './shell/nonce'
import { preferred, speak } from './text/text'

setNonce(nonce())
await speak(preferred())
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
startWorker()
