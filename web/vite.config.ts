import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

// While developing, `npm run dev` serves the page and asks a server that runs: bin/animo serve, or the one in ANIMO_URL.
const server = process.env.ANIMO_URL ?? 'http://127.0.0.1:8080'
const proxy = Object.fromEntries(['/v1', '/models', '/docs', '/openapi.json', '/senti', '/modelos'].map((path) => [path, { target: server }]))

// Pages have nothing to fetch beside their scripts, so what Vite would fetch it with is left out.
const plainImports: Plugin = {
  name: 'plain-imports',
  apply: 'build',
  enforce: 'pre',
  load: (id) => (id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load()' : undefined),
}

export default defineConfig({
  plugins: [svelte(), plainImports],
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'], // of 2024: the first with light-dark() and all else that is used
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      // All that pages share in one file: it compresses better than in many.
      output: { codeSplitting: { groups: [{ name: 'shell', test: /\/(src\/(lib|App\.svelte|texts\/shell|ui\/(?!CorrectFace|DropZone|More|Progress|Back|Dialog|FormDialog))|node_modules\/(svelte|esm-env|clsx))/ }] } },
    },
    assetsInlineLimit: 0, // the page's policy takes files of its own server only
    reportCompressedSize: false,
  },
})
