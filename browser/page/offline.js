// Registers the service worker: what was used once is there without a network.

/**
 * @param {URL} root the site's first folder
 */
export function keepOffline(root) {
  if (!("serviceWorker" in navigator)) return;
  const address = new URL("service-worker.js", root);
  // A refusal (private mode, no https) changes nothing for the reader.
  navigator.serviceWorker.register(address, { scope: root.pathname }).then(
    () => navigator.serviceWorker.ready.then((registration) => {
      // What this page has loaded came before the service worker watched.
      const used = performance.getEntriesByType("resource").map((entry) => entry.name);
      registration.active?.postMessage({ type: "used", addresses: [location.href, ...used] });
    }),
    () => {},
  );
}
