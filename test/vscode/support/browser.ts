import { type Browser, chromium } from 'playwright-core';
import { findInstallation } from './installation.ts';

/** A headless Chromium that reaches this machine alone. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findInstallation().chromium,
    headless: true,
    // Playwright would end this process on a signal before the server has been stopped.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      // a window that is not in front must not be slowed down: tests drive two at once
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      '--proxy-server=direct://',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    ],
  });
}
