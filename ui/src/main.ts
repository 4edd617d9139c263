import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/lists.css';
import './styles/reading.css';
import './styles/log.css';
import './styles/floating.css';
import './styles/app.css';
import './styles/rows.css';
import './styles/entry.css';
import './styles/dock.css';
import './styles/dialogs.css';
import './styles/settings.css';
import './styles/narrow.css';
import './styles/runs.css';
import './styles/viewer.css';
import './styles/dashboard.css';
import './styles/files.css';
import './styles/split.css';
import './styles/logview.css';
import './styles/palette.css';
import './styles/small.css';
import './styles/decide.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './ipc/client';
import { begin } from './state/app.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

/** Longer than this the window does not stay empty for settings that do not come. */
const PATIENCE_MS = 300;

await connect();
// The stored language and theme are known before anything is drawn, so nothing changes under the eye.
await Promise.race([begin(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
mount(App, { target });
// What `make bench` reads: the first frame in which something can be done.
requestAnimationFrame(() => performance.mark('usable'));
