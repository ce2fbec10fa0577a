/** How is the console built, and where does it find the API while it is developed? */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { defineConfig } from 'vitest/config'
import type { Plugin } from 'vite'

const gateway = process.env.OMS_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/console/',
  plugins: [react(), compressed(), worker()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // the gateway puts a nonce of its own into each page that it serves
  html: { cspNonce: 'NONCE_OF_THIS_PAGE' },
  build: { outDir: 'built', assetsInlineLimit: 0, target: 'es2022', reportCompressedSize: false },
  server: { proxy: { '^/(?!console)': gateway } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})

/** Compress once what is sent often. */
function compressed(): Plugin {
  let folder = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir, 'assets')
    },
    closeBundle: () => {
      for (const name of readdirSync(folder).filter((one) => /\.(js|css)$/.test(one))) {
        const bytes = readFileSync(join(folder, name))
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes))
      }
    },
  }
}

/** Build the worker that opens pages without a connection: one file, which knows the names of all others. */
function worker(): Plugin {
  let root = ''
  let outDir = ''
  let names: string[] = []
  return {
    name: 'worker',
    apply: 'build',
    configResolved: (config) => {
      root = config.root
      outDir = config.build.outDir
    },
    writeBundle: (_, bundle) => {
      names = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name)).sort()
    },
    closeBundle: async () => {
      const made = createHash('sha256').update(names.join()).digest('hex').slice(0, 16)
      await build({
        root,
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        define: { FILES: JSON.stringify(names), BUILD: JSON.stringify(made) },
        build: {
          outDir,
          emptyOutDir: false,
          target: 'es2022',
          lib: { entry: 'src/away/worker.ts', formats: ['iife'], name: 'worker', fileName: () => 'worker.js' },
        },
      })
    },
  }
}
