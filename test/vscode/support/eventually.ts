import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `attempt` neither throws nor returns false, and returns what it returned. For conditions that nothing
 * announces. Fails with the last attempt's error after `timeout` milliseconds.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, timeout = 30_000): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      const result = await attempt();
      if (result !== false) return result;
      if (Date.now() > deadline) throw new Error(`still not true after ${timeout} ms: ${attempt}`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(25);
  }
}
