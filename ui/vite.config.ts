import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { messages } from './messages/bundle.js';
import { options } from './messages/compile.js';

export default defineConfig({
  plugins: [paraglideVitePlugin(options), messages(), svelte(), svelteTesting()],
  clearScreen: false,
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  build: {
    outDir: 'dist',
    target: ['es2022', 'safari16'],
    // The content security policy of the window allows neither data: URLs nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Read from the disk, not over a network; scripts/ui.sh watches the size.
    chunkSizeWarningLimit: 1000,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
