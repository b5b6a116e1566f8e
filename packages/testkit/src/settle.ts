/**
 * Resolves when every promise reaction that can run has run: the message arrives as a task of its own, which the
 * event loop starts only on an empty microtask queue. No time passes and no timer is involved.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
