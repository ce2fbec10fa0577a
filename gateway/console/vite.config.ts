/** How is the console built, and where does it find the API while it is developed? */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const gateway = process.env.OMS_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // the gateway puts a nonce of its own into each page that it serves
  html: { cspNonce: 'NONCE_OF_THIS_PAGE' },
  build: { outDir: 'built', assetsInlineLimit: 0, sourcemap: false, target: 'es2022' },
  server: {
    proxy: {
      '^/(?!console)': {
        target: gateway,
        // without a login yet an API key stands in for the person
        headers: process.env.OMS_KEY ? { Authorization: `Bearer ${process.env.OMS_KEY}` } : {},
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
