import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds a hub; start one with `make demo`. */
const hub = process.env.TETHER_URL ?? 'http://localhost:3000';

export default defineConfig({
  plugins: [svelte()],
  build: {
    // The hub's security policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: {
    proxy: { '/api': hub, '/config': hub },
  },
});
