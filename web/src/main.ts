/** Starts the page. */
import { mount } from 'svelte';

import './app.css';
import App from './App.svelte';
import { live } from './lib/live.svelte';
import { takeToken } from './lib/token';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');

void live.start(takeToken());
mount(App, { target });
