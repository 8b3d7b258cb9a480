// The reader's edits, kept in this browser until they are reset.

const PREFIX = "async-with:edit:";

/** @typedef {{source: string, of: string}} Edit */

/**
 * Whether this browser keeps edits, as far as has been tried.
 * @type {{works: boolean}}
 */
export const storage = { works: true };

/**
 * The edit of a cell; null without one. `outdated`: the book's cell was another one.
 * @param {string} key
 * @param {string} original the book's own source
 * @returns {{source: string, outdated: boolean} | null}
 */
export function load(key, original) {
  const text = attempt(() => localStorage.getItem(PREFIX + key));
  if (!text) return null;
  const edit = attempt(() => /** @type {Edit} */ (JSON.parse(text)));
  if (typeof edit?.source !== "string") return null;
  return { source: edit.source, outdated: edit.of !== original };
}

/**
 * Keep an edit; a source that is the book's own is forgotten.
 * @param {string} key
 * @param {string} source
 * @param {string} original
 */
export function save(key, source, original) {
  attempt(() => {
    if (source === original) localStorage.removeItem(PREFIX + key);
    else {
      const edit = JSON.stringify({ source, of: original });
      localStorage.setItem(PREFIX + key, edit);
    }
  });
}

/**
 * What an action on the storage returns; null where that is blocked, full or garbled.
 * @template T
 * @param {() => T} action
 * @returns {T | null}
 */
export function attempt(action) {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SyntaxError)) storage.works = false; // blocked, or full
    return null;
  }
}
